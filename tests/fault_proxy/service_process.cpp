#include "tests/fault_proxy/service_process.h"

#include <stdexcept>

#include "base/glib_error.h"
#include "base/json.h"
#include "client/http/http.h"

namespace sharpen::test {

ServiceProcess::ServiceProcess(const std::filesystem::path& program,
                               const std::filesystem::path& state, const std::string& key,
                               const std::vector<std::string>& arguments)
    : key_(key) {
  std::vector<std::string> words = {program.string(), "--key-file", "-", "--state", state.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<const char*> pointers;
  for (const auto& word : words) pointers.push_back(word.c_str());
  pointers.push_back(nullptr);
  GErrorGuard error;
  process_ = Ref<GSubprocess>::adopt(g_subprocess_newv(
      pointers.data(),
      static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE),
      error.out()));
  if (!process_) throw std::runtime_error(error.message());
  const std::string line = key + "\n";
  auto* input = g_subprocess_get_stdin_pipe(process_.get());
  g_output_stream_write_all(input, line.data(), line.size(), nullptr, nullptr, nullptr);
  g_output_stream_close(input, nullptr, nullptr);
  const auto lines = Ref<GDataInputStream>::adopt(
      g_data_input_stream_new(g_subprocess_get_stdout_pipe(process_.get())));
  const OwnedChars first(g_data_input_stream_read_line(lines.get(), nullptr, nullptr, error.out()));
  const auto json = Json::parse(first ? first.get() : "");
  if (!json || !(*json)["url"].string()) throw std::runtime_error("sharpen-service did not start");
  url_ = *(*json)["url"].string();
  download_url_ = (*json)["download_url"].string().value_or("");
  pid_ = static_cast<int>((*json)["pid"].integer().value_or(0));
}

ServiceProcess::~ServiceProcess() {
  g_subprocess_force_exit(process_.get());
  g_subprocess_wait(process_.get(), nullptr, nullptr);
}

std::vector<std::string> ServiceProcess::charges() const {
  constexpr std::size_t most = 64 << 20;
  HttpRequest request;
  request.url = url_ + "/image/v1/status";
  request.headers = {{"X-API-Key", key_}};
  request.max_bytes = most;
  const auto answer = Http().send(request, nullptr);
  if (!answer) throw std::runtime_error(answer.error().error.text());
  const auto json = Json::parse(answer->body, most);
  if (!json || !json->is_array()) throw std::runtime_error("the service does not list its jobs");
  std::vector<std::string> names;
  for (const auto& job : json->elements())
    if (job["status"].string() == "Completed")
      names.push_back(job["filename"].string().value_or(""));
  return names;
}

}  // namespace sharpen::test

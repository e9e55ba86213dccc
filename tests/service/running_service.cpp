#include "tests/service/running_service.h"

#include <glib/gstdio.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#include "base/glib_error.h"
#include "tests/service/redis_server.h"

namespace sharpen::test {
namespace {

/// Instead of a folder's own store: a database of a Redis that all tests share.
std::vector<std::string> shared_store(const std::filesystem::path& state) {
  static const RedisServer redis;
  static std::map<std::filesystem::path, int> databases;
  const int database = databases.try_emplace(state, int(databases.size())).first->second;
  return {"--queue", redis.url(database), "--store", state, "--visibility-timeout", "1"};
}

}  // namespace

TestFolder::TestFolder() {
  std::string name = testing::TempDir() + "sharpen-service-XXXXXX";
  path_ = g_mkdtemp(name.data());
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

RunningService::RunningService(std::vector<std::string> arguments,
                               const std::filesystem::path& log) {
  arguments.insert(arguments.begin(), SHARPEN_SERVICE);
  const auto has = [&](const char* name) {
    return std::ranges::find(arguments, name) != arguments.end();
  };
  if (!has("--engine")) arguments.insert(arguments.end(), {"--engine", "identity"});
  if (has("--state")) {
    state_ = *std::next(std::ranges::find(arguments, "--state"));
  } else {
    state_ = folder_.path() / "state";
    arguments.insert(arguments.end(), {"--state", state_.string()});
  }
  if (g_getenv("SHARPEN_TEST_REDIS") && !has("--queue")) {
    const auto more = shared_store(state_);
    arguments.insert(arguments.end(), more.begin(), more.end());
  }
  std::vector<const char*> argv;
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  GErrorGuard error;
  const auto launcher =
      Ref<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE));
  if (!log.empty()) g_subprocess_launcher_set_stderr_file_path(launcher.get(), log.c_str());
  // Under AddressSanitizer, memory that was freed would count as used for long.
  const char* sanitizer = g_getenv("ASAN_OPTIONS");
  g_subprocess_launcher_setenv(
      launcher.get(), "ASAN_OPTIONS",
      (std::string(sanitizer ? sanitizer : "") + ":quarantine_size_mb=1").c_str(), TRUE);
  process_ = Ref<GSubprocess>::adopt(
      g_subprocess_launcher_spawnv(launcher.get(), argv.data(), error.out()));
  if (!process_) throw std::runtime_error(error.message());
  const auto lines = Ref<GDataInputStream>::adopt(
      g_data_input_stream_new(g_subprocess_get_stdout_pipe(process_.get())));
  const OwnedChars line(g_data_input_stream_read_line(lines.get(), nullptr, nullptr, nullptr));
  const auto json = Json::parse(line ? line.get() : "");
  if (!json) return;  // it ended; the test sees that
  url = (*json)["url"].string().value_or("");
  download_url = (*json)["download_url"].string().value_or("");
  pid = static_cast<int>((*json)["pid"].integer().value_or(0));
}

RunningService::~RunningService() {
  if (running()) end(SIGKILL);
}

bool RunningService::running() const {
  return process_ && g_subprocess_get_identifier(process_.get()) != nullptr;
}

int RunningService::end(int signal) {
  g_subprocess_send_signal(process_.get(), signal);
  return wait();
}

int RunningService::wait() {
  g_subprocess_wait(process_.get(), nullptr, nullptr);
  const bool exited = g_subprocess_get_if_exited(process_.get());
  const int status = exited ? g_subprocess_get_exit_status(process_.get()) : -1;
  process_ = {};
  return status;
}

Response RunningService::submit(std::vector<FormField> fields, const Headers& headers) {
  const auto is_source = [](const FormField& field) {
    return field.name == "image" || field.name == "source_id";
  };
  if (std::ranges::none_of(fields, is_source))
    fields.push_back({"image", picture(), "gimp-test.png"});
  return send("POST", image("/sharpen/async"), headers, form(fields));
}

std::string RunningService::submitted(std::vector<FormField> fields) {
  const Response response = submit(std::move(fields));
  EXPECT_EQ(response.status, 200u) << response.body;
  return response.text("process_id");
}

Response RunningService::await(const std::string& id, const std::string& word) const {
  Response response;
  for (int tries = 0; tries < 1000; ++tries) {
    response = status(id);
    if (response.text("status") == word) return response;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ADD_FAILURE() << "still not " << word << ": " << response.body;
  return response;
}

std::vector<std::string> with_state(const TestFolder& folder, std::vector<std::string> more) {
  more.insert(more.end(), {"--state", (folder.path() / "state").string()});
  return more;
}

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string picture(FileFormat format, std::uint32_t width, std::uint32_t height, int bits) {
  const TestFolder folder;
  const auto file = folder.path() / "picture";
  PictureInfo info;
  info.width = width;
  info.height = height;
  info.bits = bits;
  auto writer = create_picture(file, format, info);
  EXPECT_TRUE(writer) << writer.error().text();
  std::vector<std::byte> rows(info.bytes_per_row() * height);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::byte>(i * 7 % 251);
  EXPECT_TRUE((*writer)->write(rows));
  EXPECT_TRUE((*writer)->finish());
  return contents(file);
}

Result<PictureInfo> info_of(const std::string& bytes) {
  const TestFolder folder;
  const auto file = folder.path() / "picture";
  std::ofstream(file, std::ios::binary) << bytes;
  const auto reader = open_picture(file);
  if (!reader) return std::unexpected(reader.error());
  return (*reader)->info();
}

}  // namespace sharpen::test

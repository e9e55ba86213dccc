#include "fake_topaz.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/glib_error.h"
#include "client/jobs/spooled_upload.h"

namespace sharpen::test {
namespace {

FakeAnswer error(int status, const std::string& message) {
  return {.status = status, .body = R"({"message":")" + message + "\"}"};
}

std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const auto begin = text.find(before);
  if (begin == std::string::npos) return {};
  const auto end = text.find(after, begin + before.size());
  return text.substr(begin + before.size(), end - begin - before.size());
}

std::string what_of(const FakeRequest& request) {
  const auto& path = request.path;
  if (path.starts_with("/image/v1/sharpen")) return "POST sharpen";
  if (path == "/image/v1/status") return "GET list";
  if (path.starts_with("/image/v1/status/")) return "GET status";
  if (path.starts_with("/image/v1/download/")) return "GET download";
  if (path.starts_with("/image/v1/cancel/")) return "DELETE cancel";
  if (path.starts_with("/image/v1/estimate")) return "POST estimate";
  if (path == "/account/v1/credits/balance") return "GET balance";
  return "unknown";
}

}  // namespace

FakeTopaz::FakeTopaz()
    : host_([this](const FakeRequest& request) { return host_answer(request); }),
      api_([this](const FakeRequest& request) { return answer(request); }) {}

void FakeTopaz::next(const std::string& what, FakeAnswer answer, int times) {
  const std::lock_guard lock(mutex_);
  for (int i = 0; i < times; ++i) queue_[what].push_back(answer);
}

void FakeTopaz::take_but_answer(FakeAnswer answer) {
  const std::lock_guard lock(mutex_);
  submit_answer_ = std::move(answer);
}

void FakeTopaz::set_states(std::vector<std::string> states) {
  const std::lock_guard lock(mutex_);
  states_ = std::move(states);
}

void FakeTopaz::forget(const std::string& what) {
  const std::lock_guard lock(mutex_);
  queue_[what].clear();
}

void FakeTopaz::set_result(std::string bytes) {
  const std::lock_guard lock(mutex_);
  result_ = std::move(bytes);
}

void FakeTopaz::delay(const std::string& what, std::chrono::milliseconds time) {
  const std::lock_guard lock(mutex_);
  delays_[what] = time;
}

std::string FakeTopaz::add_job(const std::string& file_name) {
  const std::lock_guard lock(mutex_);
  std::string id = OwnedChars(g_uuid_string_random()).get();
  jobs_[id] = {.file_name = file_name};
  return id;
}

int FakeTopaz::jobs() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(jobs_.size());
}

std::size_t FakeTopaz::count(const std::string& what) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(what);
  return found == counts_.end() ? 0 : found->second;
}

std::string FakeTopaz::form() const {
  const std::lock_guard lock(mutex_);
  return form_;
}

std::optional<FakeAnswer> FakeTopaz::queued(const std::string& what) {
  std::chrono::milliseconds pause{0};
  std::optional<FakeAnswer> answer;
  {
    const std::lock_guard lock(mutex_);
    ++counts_[what];
    if (const auto found = delays_.find(what); found != delays_.end()) pause = found->second;
    if (auto& answers = queue_[what]; !answers.empty()) {
      answer = answers.front();
      answers.pop_front();
    }
  }
  std::this_thread::sleep_for(pause);
  return answer;
}

FakeAnswer FakeTopaz::host_answer(const FakeRequest& request) {
  if (auto answer = queued("GET result")) return *answer;
  if (!request.header("x-api-key").empty()) return error(400, "the key was sent to another origin");
  const std::lock_guard lock(mutex_);
  return {.body = result_, .content_type = "application/octet-stream"};
}

FakeAnswer FakeTopaz::submit(const FakeRequest& request) {
  std::string id = add_job(between(request.body, "filename=\"", "\""));
  const std::lock_guard lock(mutex_);
  form_ = request.body;
  if (submit_answer_) return *std::exchange(submit_answer_, std::nullopt);
  return {.body = R"({"process_id":")" + id + R"(","source_id":")" + id + R"(","eta":1617220000})"};
}

std::string FakeTopaz::status_of(const std::string& id, Job& job, bool poll) {
  const std::string state =
      job.cancelled ? "Cancelled" : states_[std::min(job.polls, states_.size() - 1)];
  if (poll) ++job.polls;
  return R"({"process_id":")" + id + R"(","filename":")" + job.file_name + R"(","status":")" +
         state + R"(","progress":50,"eta":1617220000,"credits":2,"output_width":37,)" +
         R"("output_height":23,"options_json":"{\"summary\":\"defocus, radius 4.1 px\"}"})";
}

FakeAnswer FakeTopaz::answer(const FakeRequest& request) {
  const std::string what = what_of(request);
  if (auto answer = queued(what)) return *answer;
  if (request.header("x-api-key") != key) return error(401, "Unauthorized");
  if (what == "POST sharpen") return submit(request);
  if (what == "POST estimate") return {.body = R"({"duration":30,"credits":2})"};
  if (what == "GET balance")
    return {.body = R"({"available_credits":123,"reserved_credits":1,"total_credits":124})"};
  const std::lock_guard lock(mutex_);
  if (what == "GET list") {
    std::string list;
    for (auto& [id, job] : jobs_) list += (list.empty() ? "" : ",") + status_of(id, job, false);
    return {.body = R"({"data":[)" + list + R"(],"pagination":{"has_next_page":false}})"};
  }
  const std::string id = request.path.substr(request.path.rfind('/') + 1);
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return error(404, "An image with the given process ID was not found.");
  if (what == "GET status") return {.body = status_of(id, found->second, true)};
  if (what == "GET download") return {.body = R"({"download_url":")" + host_.url() + R"(/r"})"};
  if (!can_cancel_) return error(409, "The process cannot be cancelled");
  found->second.cancelled = true;
  return {.status = 204};
}

JobRoom::JobRoom() { home = {.program = {}, .user = folder.path() / "user", .ca_file = {}}; }

std::string JobRoom::picture(std::uint32_t picture_width, std::uint32_t picture_height, int bits,
                             FileFormat format, std::uint32_t noise) {
  const auto file = folder.path() / ("picture-" + std::to_string(number_++));
  PictureInfo info;
  info.width = picture_width;
  info.height = picture_height;
  info.bits = bits;
  std::vector<std::byte> pixels(info.bytes_per_row() * info.height);
  std::uint32_t random = noise;
  for (std::byte& byte : pixels) byte = std::byte((random = random * 1664525 + 1013904223) >> 24);
  auto writer = create_picture(file, format, info);
  if (!writer || !(*writer)->write(pixels) || !(*writer)->finish())
    throw std::runtime_error("no test picture");
  return contents_of(file);
}

JobRequest JobRoom::request(const ServiceAddress& service, std::uint32_t noise) {
  std::filesystem::create_directories(home.spool());
  const auto file = home.spool() / ("upload-" + std::to_string(number_++) + ".png");
  std::ofstream(file, std::ios::binary) << picture(width, height, 8, FileFormat::png, noise);
  for (const auto& beside : {selection_file(file), pixels_file(file)}) std::ofstream(beside) << "-";
  JobRequest request;
  request.service = service;
  request.upload.file = file;
  request.upload.width = width;
  request.upload.height = height;
  return request;
}

std::vector<JournalEntry> JobRoom::entries() const {
  auto journal = Journal::open(home.journal());
  std::vector<JournalEntry> found;
  if (!journal) return found;
  for (std::int64_t id = 1; id < 20; ++id)
    if (auto entry = journal->find(id); entry && *entry) found.push_back(**entry);
  return found;
}

std::size_t JobRoom::spooled_files() const {
  if (!std::filesystem::exists(home.spool())) return 0;
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(home.spool()), {}));
}

}  // namespace sharpen::test

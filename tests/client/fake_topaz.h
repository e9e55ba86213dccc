#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/jobs/job.h"
#include "client/providers/service.h"
#include "fake_server.h"
#include "test_folder.h"

namespace sharpen::test {

/// A Topaz Image API in the test process: an API and, on another port, a host of results. Answers
/// as the contract says, unless the test put other answers into its queue.
class FakeTopaz {
 public:
  static constexpr const char* key = "test-key-7f3a";

  FakeTopaz();

  [[nodiscard]] ServiceAddress address(ServiceKind kind = ServiceKind::topaz) const {
    return {.kind = kind, .base_url = api_.url(), .key = key, .ca_file = {}};
  }
  [[nodiscard]] const FakeServer& api() const { return api_; }
  [[nodiscard]] const FakeServer& host() const { return host_; }

  /// The next answers to "POST sharpen", "GET status", "GET list", "GET download", "DELETE cancel",
  /// "POST estimate", "GET balance" and (of the host) "GET result", before the usual ones.
  void next(const std::string& what, FakeAnswer answer, int times = 1);
  /// Takes the next job, but gives this answer to its submit.
  void take_but_answer(FakeAnswer answer);
  /// Words that the status goes through; the last one stays.
  void set_states(std::vector<std::string> states);
  /// Answers of its own from now on.
  void forget(const std::string& what);
  void set_result(std::string bytes);
  void set_can_cancel(bool can) { can_cancel_ = can; }
  /// Lets requests of one sort wait for so long.
  void delay(const std::string& what, std::chrono::milliseconds time);
  /// A job as if an earlier process had sent it. Returns its id.
  std::string add_job(const std::string& file_name);

  [[nodiscard]] int jobs() const;
  [[nodiscard]] std::size_t count(const std::string& what) const;
  /// The form of the last submit, as it came.
  [[nodiscard]] std::string form() const;

 private:
  struct Job {
    std::string file_name;
    std::size_t polls = 0;
    bool cancelled = false;
  };

  FakeAnswer answer(const FakeRequest& request);
  FakeAnswer host_answer(const FakeRequest& request);
  std::optional<FakeAnswer> queued(const std::string& what);
  FakeAnswer submit(const FakeRequest& request);
  std::string status_of(const std::string& id, Job& job, bool poll);

  mutable std::mutex mutex_;
  std::map<std::string, std::deque<FakeAnswer>> queue_;
  std::map<std::string, std::chrono::milliseconds> delays_;
  std::map<std::string, std::size_t> counts_;
  std::optional<FakeAnswer> submit_answer_;
  std::vector<std::string> states_{"Pending", "Processing", "Completed"};
  std::map<std::string, Job> jobs_;
  std::string result_, form_;
  std::atomic<bool> can_cancel_ = true;
  FakeServer host_;
  FakeServer api_;
};

/// A folder to run in, a picture to send and a cancellable.
class JobRoom {
 public:
  JobRoom();

  /// Writes a picture and returns its bytes.
  std::string picture(std::uint32_t width, std::uint32_t height, int bits = 8,
                      FileFormat format = FileFormat::png, std::uint32_t noise = 1);
  /// A request with a spooled upload of the standard size: the same picture for the same noise.
  JobRequest request(const ServiceAddress& service, std::uint32_t noise = 1);
  [[nodiscard]] std::vector<JournalEntry> entries() const;
  [[nodiscard]] std::size_t spooled_files() const;

  TestFolder folder;
  Home home;
  static constexpr std::uint32_t width = 37, height = 23;

 private:
  int number_ = 0;
};

}  // namespace sharpen::test

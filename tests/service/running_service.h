#pragma once

#include <gio/gio.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/glib_ref.h"
#include "image/picture.h"
#include "tests/service/http_client.h"

namespace sharpen::test {

/// A folder that is gone after the test.
class TestFolder {
 public:
  TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The real sharpen-service, in a process of its own, with the identity engine unless told
/// otherwise. Killed at the end if it still runs. With SHARPEN_TEST_REDIS in the environment, its
/// jobs are in a Redis.
class RunningService {
 public:
  /// What it writes to standard error goes to `log`, if that is not empty.
  explicit RunningService(std::vector<std::string> arguments = {},
                          const std::filesystem::path& log = {});
  RunningService(const RunningService&) = delete;
  RunningService& operator=(const RunningService&) = delete;
  ~RunningService();

  std::string url, download_url;
  int pid = 0;

  [[nodiscard]] std::string image(const std::string& path) const {
    return url + "/image/v1" + path;
  }
  [[nodiscard]] std::filesystem::path state() const { return state_; }
  /// Sends a signal and waits for the end; the exit status, or -1 if a signal ended it.
  int end(int signal);
  /// Waits for the end.
  int wait();
  [[nodiscard]] bool running() const;

  /// Submits a small picture; `fields` come on top. Returns the whole answer.
  [[nodiscard]] Response submit(std::vector<FormField> fields = {}, const Headers& headers = {});
  /// The process id of a successful submit.
  [[nodiscard]] std::string submitted(std::vector<FormField> fields = {});
  [[nodiscard]] Response status(const std::string& id) const {
    return send("GET", image("/status/" + id));
  }
  /// Polls until the status is `word`, at most 10 s; the last status.
  [[nodiscard]] Response await(const std::string& id, const std::string& word) const;

 private:
  TestFolder folder_;
  std::filesystem::path state_;
  Ref<GSubprocess> process_;
};

/// The arguments for a service whose state outlives it.
[[nodiscard]] std::vector<std::string> with_state(const TestFolder& folder,
                                                  std::vector<std::string> more = {});

/// The bytes of a small picture.
[[nodiscard]] std::string picture(FileFormat format = FileFormat::png, std::uint32_t width = 40,
                                  std::uint32_t height = 30, int bits = 8);
[[nodiscard]] std::string contents(const std::filesystem::path& file);
/// What an answer's bytes are as a picture.
[[nodiscard]] Result<PictureInfo> info_of(const std::string& bytes);

}  // namespace sharpen::test

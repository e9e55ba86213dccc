#pragma once

#include <gio/gio.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/glib_ref.h"

namespace sharpen::test {

/// A sharpen-service in a process of its own, ended with its owner.
class ServiceProcess {
 public:
  /// `program` is the service's binary; `arguments` come after those for key and state.
  ServiceProcess(const std::filesystem::path& program, const std::filesystem::path& state,
                 const std::string& key, const std::vector<std::string>& arguments);
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;
  ~ServiceProcess();

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] const std::string& download_url() const { return download_url_; }

  [[nodiscard]] int pid() const { return pid_; }

  /// The pictures that were charged, by the name of their upload, as the service itself lists them.
  [[nodiscard]] std::vector<std::string> charges() const;

 private:
  Ref<GSubprocess> process_;
  std::string key_, url_, download_url_;
  int pid_ = 0;
};

}  // namespace sharpen::test

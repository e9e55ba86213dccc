#pragma once

#include <filesystem>
#include <string>

namespace sharpen {

/// The folders of one run; handed down, never global.
struct Home {
  std::filesystem::path program;  ///< the plug-in's own folder, in which sharpen-service lies
  std::filesystem::path user;     ///< private folder (0700) in GIMP's user directory
  std::string ca_file;            ///< certificates.pem in `user`, if it exists

  [[nodiscard]] std::filesystem::path journal() const { return user / "jobs.sqlite"; }
  [[nodiscard]] std::filesystem::path presets() const { return user / "presets.json"; }
  [[nodiscard]] std::filesystem::path keys() const { return user / "keys.json"; }
  [[nodiscard]] std::filesystem::path spool() const { return user / "spool"; }
};

}  // namespace sharpen

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "client/providers/settings.h"

namespace sharpen {

/// A set of settings that the user gave a name.
struct Preset {
  std::string name;
  Settings settings;
};

/// The presets of the user, in a file (JSON, sorted by name) that never holds a key.
class Presets {
 public:
  /// An empty list, to be kept in `file`.
  explicit Presets(std::filesystem::path file) : file_(std::move(file)) {}
  /// What the file holds; nothing if there is none. Errors: protocol, io.
  [[nodiscard]] static Result<Presets> load(const std::filesystem::path& file);

  [[nodiscard]] const std::vector<Preset>& all() const { return presets_; }
  [[nodiscard]] const Preset* find(const std::string& name) const;

  /// Adds or replaces; remove() forgets. Both write the file. Errors: io.
  [[nodiscard]] Result<void> save(Preset preset);
  [[nodiscard]] Result<void> remove(const std::string& name);

  /// One preset as a file to be given away, and back: an imported one replaces its namesake.
  [[nodiscard]] Result<void> export_to(const std::filesystem::path& file,
                                       const std::string& name) const;
  [[nodiscard]] Result<std::string> import_from(const std::filesystem::path& file);

 private:
  [[nodiscard]] Result<void> write() const;

  std::filesystem::path file_;
  std::vector<Preset> presets_;
};

}  // namespace sharpen

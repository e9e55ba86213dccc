#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "client/providers/settings.h"

namespace sharpen {

/// A set of settings that the user gave a name.
struct Preset {
  std::string name;
  Settings settings;
};

/// An entry of the file that cannot be used here, perhaps of a later version: it stays in the file
/// until the user removes it.
struct UnusablePreset {
  std::string name;
  Error problem;  ///< why, and what to do
  Json stored;
  bool is_file = false;  ///< the whole file that cannot be read; nothing is stored
};

/// The presets of the user, in a file (JSON, sorted by name) that never holds a key. Nothing that
/// the file holds is lost by writing it: it is read again before, for another GIMP may have saved
/// one meanwhile, and a file that cannot be read is renamed and stays beside the new one.
class Presets {
 public:
  /// What the file holds; nothing if there is none.
  explicit Presets(std::filesystem::path file);

  [[nodiscard]] const std::vector<Preset>& all() const { return presets_; }
  [[nodiscard]] const std::vector<UnusablePreset>& unusable() const { return unusable_; }
  [[nodiscard]] const Preset* find(const std::string& name) const;
  [[nodiscard]] const UnusablePreset* find_unusable(const std::string& name) const;

  /// Adds or replaces. Errors: io; bad_argument for settings that check() refuses.
  [[nodiscard]] Result<void> save(Preset preset);
  /// Forgets. Errors: io.
  [[nodiscard]] Result<void> remove(const std::string& name);

  /// One preset as a file to be given away, and back: an imported one replaces its namesake. A
  /// file with an entry that cannot be used is refused. Errors: io, protocol, bad_argument.
  [[nodiscard]] Result<void> export_to(const std::filesystem::path& file,
                                       const std::string& name) const;
  [[nodiscard]] Result<std::string> import_from(const std::filesystem::path& file);

 private:
  void read();
  void put(Preset preset);
  void drop(const std::string& name);
  [[nodiscard]] Result<void> write();

  std::filesystem::path file_;
  std::vector<Preset> presets_;
  std::vector<UnusablePreset> unusable_;
};

}  // namespace sharpen

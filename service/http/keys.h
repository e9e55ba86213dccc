#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace sharpen::server {

/// Who may ask. In memory there are only digests of the keys.
class Keys {
 public:
  /// `only` is the one key of a service without a file, and has no name. Each line of `file` is a
  /// name and a key; # begins a comment. Errors: io, bad_argument.
  [[nodiscard]] static Result<Keys> load(const std::string& only,
                                         const std::filesystem::path& file);
  /// Reads the file again. After an error the keys stay as they were.
  [[nodiscard]] Result<void> reload();

  /// Nobody needs a key.
  [[nodiscard]] bool empty() const { return keys_.empty(); }
  /// The name that belongs to a key; none if it is not one of ours. Takes the same time for all.
  [[nodiscard]] std::optional<std::string> name_of(std::string_view key) const;

 private:
  struct Key {
    std::string name, digest;
  };
  Keys(std::string secret, std::filesystem::path file)
      : secret_(std::move(secret)), file_(std::move(file)) {}
  [[nodiscard]] Result<std::vector<Key>> read() const;

  std::string secret_;  ///< of this process, for the digests
  std::filesystem::path file_;
  std::optional<Key> only_;
  std::vector<Key> keys_;
};

}  // namespace sharpen::server

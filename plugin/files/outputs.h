#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "plugin/files/files_options.h"
#include "plugin/files/inputs.h"

namespace sharpen {

/// The names of a run's outputs. No two are the same, and none is an input.
class Outputs {
 public:
  Outputs(const FilesOptions& options, const std::vector<Input>& inputs, std::string model);

  /// Makes a folder and tries to write there. Errors: io, bad_argument.
  [[nodiscard]] Result<void> check_folder(const std::filesystem::path& folder);
  /// Removes what runs that have died left under temporary names in the folders that were checked.
  void sweep() const;

  /// The output that an input asks for, before numbering. Errors: bad_argument.
  [[nodiscard]] Result<std::filesystem::path> wanted(const Input& input, std::size_t number) const;

  /// The name to be written, reserved in this run. Errors: bad_argument if it is an input or
  /// another picture's output; conflict if it is there already and such files are skipped.
  [[nodiscard]] Result<std::filesystem::path> reserve(const std::filesystem::path& wanted,
                                                      const std::filesystem::path& input);
  /// The name of an output that is there already, likewise.
  void hold(const std::filesystem::path& output, const std::filesystem::path& input) {
    reserved_.emplace(output, input);
  }
  /// Gives a name back whose file was not written.
  void give_back(const std::filesystem::path& output) { reserved_.erase(output); }

  /// Puts a complete file in place: over an existing one only if that is to be overwritten; else
  /// under the next number, if numbering was asked for. Returns the name. Any thread may ask.
  /// Errors: io, conflict.
  [[nodiscard]] Result<std::filesystem::path> put(const std::filesystem::path& complete,
                                                  const std::filesystem::path& output) const;

  /// Whether so much can be written, as far as the file system says.
  [[nodiscard]] bool has_room(std::uint64_t bytes) const;

 private:
  [[nodiscard]] bool is_input(const std::filesystem::path& file) const;

  const FilesOptions options_;
  std::string model_;
  std::set<std::filesystem::path> checked_;  ///< folders
  std::set<std::filesystem::path> inputs_;   ///< canonical
  std::map<std::filesystem::path, std::filesystem::path> reserved_;
  mutable std::mutex putting_;
};

/// The format of an output of a picture.
[[nodiscard]] OutputFormat written_format(OutputFormat asked, const std::filesystem::path& input);
/// The temporary name beside an output, of this process alone.
[[nodiscard]] std::filesystem::path temporary_name(const std::filesystem::path& output);

}  // namespace sharpen

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/sqlite.h"

namespace sharpen {

/// What makes an output the one that is wanted: the bytes that it was made from, and how.
struct OutputKey {
  std::string content;   ///< checksum of the input file
  std::string settings;  ///< all that the result depends on, service and format included
};

/// A file that a run has written.
struct WrittenOutput {
  std::filesystem::path file;
  std::string job;  ///< the service's number; may be empty
  std::optional<double> cost;
  std::string finding;  ///< what the service said it did, as its `options_json`; may be empty
};

/// The outputs of runs on many files, in the journal's file, so that the same run after an
/// interruption does nothing twice. Belongs to one thread. Errors of all calls: io.
class Manifest {
 public:
  using Fits = std::function<bool(const std::filesystem::path& file)>;

  [[nodiscard]] static Result<Manifest> open(const std::filesystem::path& journal);

  /// What was written for `wanted` (the output's name before numbering), if it is still there and
  /// nobody has changed it since.
  [[nodiscard]] Result<std::optional<WrittenOutput>> find(const OutputKey& key,
                                                          const std::filesystem::path& wanted);
  /// Another file of the very content that is wanted, likewise, of those that `fits` says yes to.
  [[nodiscard]] Result<std::optional<WrittenOutput>> find_equal(const OutputKey& key,
                                                                const Fits& fits);

  /// Whether a run has written this file (by the name that it was given), and nobody has changed
  /// it.
  [[nodiscard]] Result<bool> has_written(const std::filesystem::path& file);

  /// Reserves an output for this process. False: another run that is alive works on it.
  [[nodiscard]] Result<bool> claim(const OutputKey& key, const std::filesystem::path& wanted);
  /// Notes an output, claimed before. `complete` is the finished file, still under its temporary
  /// name: it is found under `output.file` from its renaming on, durable on return.
  [[nodiscard]] Result<void> record(const OutputKey& key, const std::filesystem::path& wanted,
                                    const WrittenOutput& output,
                                    const std::filesystem::path& complete);
  /// Gives up a claim whose output was not written.
  [[nodiscard]] Result<void> release(const OutputKey& key, const std::filesystem::path& wanted);

 private:
  explicit Manifest(sqlite::Database database);
  sqlite::Database database_;
  std::string me_;
};

}  // namespace sharpen

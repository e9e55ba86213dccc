#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace sharpen {

/// In which format an output is written. `original`: that of the input, or TIFF where GIMP reads
/// it but we do not write it (raw photographs and others).
enum class OutputFormat { original, png, tiff, jpeg, xcf };
/// What is done where a file of the output's name is there already.
enum class IfExists { skip, overwrite, number };

[[nodiscard]] const char* word_of(OutputFormat format);
[[nodiscard]] const char* word_of(IfExists if_exists);
[[nodiscard]] Result<OutputFormat> output_format_from(std::string_view word);
[[nodiscard]] Result<IfExists> if_exists_from(std::string_view word);

/// What a run on many files is told besides the settings of each picture.
struct FilesOptions {
  std::vector<std::filesystem::path> inputs;  ///< files and folders
  std::filesystem::path list_file;            ///< more of them, one a line or ended by NUL
  bool recursive = false;
  std::string only;  ///< patterns of names, separated by ";": others in folders are left alone
  std::filesystem::path output_folder;
  std::string name_pattern = "{name}";
  OutputFormat format = OutputFormat::original;
  int jpeg_quality = 95;
  IfExists if_exists = IfExists::skip;
  bool keep_times = false;
  int concurrency = 4;
  std::optional<double> max_cost;  ///< of the whole run
  bool dry_run = false;
  bool continue_on_error = true;
  std::filesystem::path report;    ///< without extension; empty: in the output folder
  std::filesystem::path progress;  ///< gets one JSON object a line; may be empty
};

/// An argument of the procedure and an option of the shell command, from one table.
struct FilesArgument {
  enum class Kind { text, path, number, flag };
  const char* name;
  Kind kind;
  const char* title;      ///< N_(), with a mnemonic
  const char* help;       ///< N_()
  const char* text = "";  ///< default of a text or a path
  double value = 0;       ///< default of a number or a flag
  double minimum = 0, maximum = 0;
};
[[nodiscard]] std::span<const FilesArgument> files_arguments();

/// A path as a script gives it, absolute: a plain one, or a file: address for names that are not
/// UTF-8. Errors: bad_argument.
[[nodiscard]] Result<std::filesystem::path> path_from(const std::string& text);

}  // namespace sharpen

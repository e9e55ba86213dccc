#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"

namespace sharpen {

/// What was typed after `remote-sharpen`.
struct CommandOptions {
  enum class Wish { run, help, man, models, version };
  Wish wish = Wish::run;
  std::vector<std::filesystem::path> inputs;
  /// The procedure's other arguments, each as a Scheme expression.
  std::map<std::string, std::string> arguments;
  std::string gimp;  ///< the program; empty: it is looked for
};

/// Errors: bad_argument.
[[nodiscard]] Result<CommandOptions> read_command_line(int argc, char** argv);

/// What --help prints, and the manual page, both from the tables of arguments.
[[nodiscard]] std::string help_text();
[[nodiscard]] std::string man_page();

/// A Scheme string of a text.
[[nodiscard]] std::string scheme_string(const std::string& text);
/// A path as a file: address in a Scheme string, absolute, for any bytes.
[[nodiscard]] std::string scheme_path(const std::filesystem::path& path);

}  // namespace sharpen

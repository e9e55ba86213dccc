#include "plugin/command/options.h"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <format>
#include <optional>
#include <string_view>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "client/providers/models.h"
#include "plugin/command/wrapped_text.h"
#include "plugin/files/files_options.h"
#include "plugin/procedures/arguments.h"

namespace sharpen {
namespace {

using Kind = FilesArgument::Kind;

/// An option of either table.
struct Option {
  std::string name;
  Kind kind = Kind::text;
  std::string help, preset;  ///< preset: the default, as it is typed
  double minimum = 0, maximum = 0;
};

std::string plain(double value) { return std::format("{}", value); }

std::vector<Option> all_options() {
  std::vector<Option> options;
  for (const FilesArgument& argument : files_arguments()) {
    const std::string preset = argument.kind == Kind::number && argument.value >= 0
                                   ? plain(argument.value)
                                   : argument.text;
    options.push_back({argument.name, argument.kind, _(argument.help), preset, argument.minimum,
                       argument.maximum});
  }
  for (const WordArgument& word : word_arguments())
    options.push_back({word.name, Kind::text, _(word.help), word.value});
  for (const Parameter& parameter : parameters())
    options.push_back(
        {parameter.argument_name, Kind::number, _(parameter.help), "", -1, parameter.maximum});
  return options;
}

char short_name(std::string_view name) {
  if (name == "output") return 'o';
  if (name == "jobs") return 'j';
  if (name == "recursive") return 'r';
  if (name == "dry-run") return 'n';
  return 0;
}

const char* placeholder(const Option& option) {
  switch (option.kind) {
    case Kind::path:
      return option.name == "output" ? "FOLDER" : "FILE";
    case Kind::number:
      return "NUMBER";
    case Kind::text:
      return "TEXT";
    case Kind::flag:
      break;
  }
  return "";
}

std::string spelling(const Option& option) {
  const char letter = short_name(option.name);
  std::string text =
      letter ? std::format("-{}, --{}", letter, option.name) : std::format("    --{}", option.name);
  if (option.kind != Kind::flag) text += std::format(" {}", placeholder(option));
  return text;
}

std::string help_of(const Option& option) {
  std::string help = option.help;
  if (!option.preset.empty()) help += " " + tr("(default: {})", option.preset);
  return help;
}

/// Options of the command itself.
struct OwnOption {
  const char* spelling;
  const char* help;
};
constexpr OwnOption own_options[] = {
    {"    --gimp PROGRAM", N_("The GIMP to be used, if it is not found")},
    {"    --models", N_("List the models and what each is for")},
    {"-h, --help", N_("Show this text")},
    {"    --version", N_("Show the version")},
};

Result<std::string> expression(const Option& option, const std::string& value) {
  const auto refuse = [&](const std::string& what) {
    return fail(ErrorKind::bad_argument, tr("--{} takes {}, not “{}”.", option.name, what, value),
                _("remote-sharpen --help lists the options."));
  };
  switch (option.kind) {
    case Kind::flag:
      return "TRUE";
    case Kind::path:
      return scheme_path(value);
    case Kind::text:
      if (!g_utf8_validate(value.c_str(), -1, nullptr)) return refuse(_("UTF-8 text"));
      return scheme_string(value);
    case Kind::number:
      break;
  }
  double number = 0;
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || rest != end) return refuse(_("a number"));
  if (!(number >= option.minimum && number <= option.maximum))
    return refuse(tr("a number from {} to {}", plain(option.minimum), plain(option.maximum)));
  return std::format("{:f}", number);
}

std::unexpected<Error> misused(std::string message) {
  return fail(ErrorKind::bad_argument, std::move(message),
              _("remote-sharpen --help lists the options."));
}

/// Reads the words one after the other.
class Reader {
 public:
  Reader(int argc, char** argv) : words_(argv + 1, argv + argc), options_(all_options()) {}

  Result<CommandOptions> read() {
    while (next_ < words_.size()) {
      const std::string word = words_[next_++];
      const bool is_option = !only_names_ && word.size() > 1 && word.starts_with('-');
      if (is_option && word == "--") {
        only_names_ = true;
      } else if (!is_option) {
        result_.inputs.emplace_back(word);
      } else if (auto taken = take(word); !taken) {
        return fail(std::move(taken));
      }
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool take_own(const std::string& name) {
    using Wish = CommandOptions::Wish;
    if (name == "help" || name == "h") return result_.wish = Wish::help, true;
    if (name == "models") return result_.wish = Wish::models, true;
    if (name == "version") return result_.wish = Wish::version, true;
    if (name == "man") return result_.wish = Wish::man, true;
    return false;
  }

  [[nodiscard]] Result<void> take(const std::string& word) {
    std::string name = word.substr(word.starts_with("--") ? 2 : 1);
    std::optional<std::string> value;
    if (const auto equals = name.find('='); equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    if (take_own(name)) return {};
    const auto option = std::ranges::find_if(options_, [&](const Option& one) {
      const bool by_letter = name.size() == 1 && short_name(one.name) == name[0];
      return by_letter || (word.starts_with("--") && one.name == name);
    });
    const bool is_gimp = word.starts_with("--") && name == "gimp";
    if (option == options_.end() && !is_gimp) return misused(tr("There is no option {}.", word));
    const bool is_flag = !is_gimp && option->kind == Kind::flag;
    if (is_flag && value) return misused(tr("{} takes no value.", word));
    if (!is_flag && !value) {
      if (next_ == words_.size()) return misused(tr("{} needs a value.", word));
      value = words_[next_++];
    }
    if (is_gimp) {
      result_.gimp = *value;
      return {};
    }
    auto scheme = expression(*option, value.value_or(""));
    if (!scheme) return fail(std::move(scheme));
    result_.arguments[option->name] = *std::move(scheme);
    return {};
  }

  std::vector<std::string> words_;
  std::vector<Option> options_;
  std::size_t next_ = 0;
  bool only_names_ = false;
  CommandOptions result_;
};

std::string for_roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '-' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

Result<CommandOptions> read_command_line(int argc, char** argv) {
  auto options = Reader(argc, argv).read();
  if (!options || options->wish != CommandOptions::Wish::run) return options;
  if (options->inputs.empty() && !options->arguments.contains("list-file"))
    return misused(_("No pictures were named."));
  if (!options->arguments.contains("output")) return misused(_("No output folder was named."));
  return options;
}

std::string help_text() {
  std::string text = std::string(_("Usage: remote-sharpen PICTURE… -o FOLDER [OPTION…]")) + "\n\n" +
                     _("Sharpens pictures and whole folders. The same command again goes on where "
                       "an earlier one\nstopped, and pays for nothing twice.") +
                     "\n\n";
  for (const Option& option : all_options())
    text += option_lines(spelling(option), help_of(option));
  for (const OwnOption& option : own_options) text += option_lines(option.spelling, _(option.help));
  return text + "\n" +
         _("Exit status: 0: all done. 1: some failed or were not sent; the last line counts them. "
           "2: a wrong\noption. 130: interrupted.") +
         "\n";
}

std::string man_page() {
  std::string page =
      ".TH REMOTE\\-SHARPEN 1\n.SH NAME\nremote\\-sharpen \\- sharpen pictures and whole folders "
      "with GIMP and a service\n.SH SYNOPSIS\n.B remote\\-sharpen\n.I PICTURE ...\n.B \\-o\n.I "
      "FOLDER\n.RI [ OPTION ...]\n.SH DESCRIPTION\nSharpens pictures with the GIMP plug\\-in "
      "Remote "
      "Sharpen. The same command again goes on where\nan earlier one stopped, and pays for nothing "
      "twice. A report in JSON and CSV says what became\nof each file.\n.SH OPTIONS\n";
  const auto add = [&](const std::string& spelled, const std::string& help) {
    const auto begin = spelled.find_first_not_of(' ');
    page += ".TP\n.B " + for_roff(spelled.substr(begin)) + "\n" + for_roff(help) + "\n";
  };
  for (const Option& option : all_options()) add(spelling(option), help_of(option));
  for (const OwnOption& option : own_options) add(option.spelling, _(option.help));
  return page +
         ".SH EXIT STATUS\n.TP\n.B 0\nall done\n.TP\n.B 1\nsome failed or were not sent; the last "
         "line of output counts them\n.TP\n.B 2\na wrong option\n.TP\n.B 130\ninterrupted\n"
         ".SH ENVIRONMENT\n.TP\n.B TOPAZ_API_KEY, AIMLAPI_KEY, SHARPEN_SERVICE_KEY\nkeys of Topaz "
         "Labs, the AI/ML API and an own server; they come before those in the keyring\n.TP\n.B "
         "REMOTE_SHARPEN_GIMP\nthe GIMP to be used, if it is not found\n";
}

std::string scheme_string(const std::string& text) {
  // Script-Fu reads no string of more than 1024 characters.
  constexpr std::size_t longest = 1000;
  std::string out = "\"";
  std::size_t begin = out.size();
  bool is_split = false;
  for (const char c : text) {
    if (out.size() - begin >= longest) {
      out += "\" \"";
      begin = out.size();
      is_split = true;
    }
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
  return is_split ? "(string-append " + out + ")" : out;
}

std::string scheme_path(const std::filesystem::path& path) {
  const OwnedChars uri(
      g_filename_to_uri(std::filesystem::absolute(path).c_str(), nullptr, nullptr));
  return scheme_string(uri ? uri.get() : "");
}

}  // namespace sharpen

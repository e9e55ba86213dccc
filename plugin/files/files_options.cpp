#include "plugin/files/files_options.h"

#include <array>
#include <limits>
#include <utility>

#include "base/glib_error.h"
#include "base/i18n.h"

namespace sharpen {
namespace {

using Kind = FilesArgument::Kind;

constexpr std::array format_words = {"original", "png", "tiff", "jpeg", "xcf"};
constexpr std::array if_exists_words = {"skip", "overwrite", "number"};

constexpr double any = std::numeric_limits<float>::max();
constexpr auto arguments = std::to_array<FilesArgument>({
    {.name = "list-file",
     .kind = Kind::path,
     .title = N_("_List"),
     .help = N_("File that names more pictures and folders, one a line, or each ended by NUL")},
    {.name = "recursive",
     .kind = Kind::flag,
     .title = N_("_Subfolders"),
     .help =
         N_("Include the pictures in subfolders, with the same subfolders in the output folder")},
    {.name = "only",
     .kind = Kind::text,
     .title = N_("_Only names like"),
     .help =
         N_("Use only these files of a folder, for example “*.jpg;*.png”; empty: all pictures")},
    {.name = "output",
     .kind = Kind::path,
     .title = N_("Output _folder"),
     .help = N_("Folder of the results; it is created if there is none")},
    {.name = "name",
     .kind = Kind::text,
     .title = N_("_Name"),
     .help = N_("Name of each result without its extension; {name} is that of the picture, "
                "{number} its place in the run, {model} the model"),
     .text = "{name}"},
    {.name = "format",
     .kind = Kind::text,
     .title = N_("For_mat"),
     .help = N_("original, png, tiff, jpeg, or xcf with the original beneath the result. Original: "
                "as the picture is, and TIFF for a raw photograph"),
     .text = "original"},
    {.name = "quality",
     .kind = Kind::number,
     .title = N_("JPEG _quality"),
     .help = N_("Quality of a JPEG, 1 to 100"),
     .value = 95,
     .minimum = 1,
     .maximum = 100},
    {.name = "if-exists",
     .kind = Kind::text,
     .title = N_("If the result _exists"),
     .help = N_("skip, overwrite or number: what to do where a file has the result's name"),
     .text = "skip"},
    {.name = "keep-times",
     .kind = Kind::flag,
     .title = N_("Keep _times"),
     .help = N_("Give each result the times of its picture's file")},
    {.name = "jobs",
     .kind = Kind::number,
     .title = N_("_At once"),
     .help = N_("Pictures at the service at the same time; fewer while it says that this is too "
                "much"),
     .value = 4,
     .minimum = 1,
     .maximum = 16},
    {.name = "max-cost",
     .kind = Kind::number,
     .title = N_("Cost _limit"),
     .help = N_("Send nothing more when the whole run would cost more than this, in the service's "
                "own unit (credits, dollars); −1: no limit"),
     .value = -1,
     .minimum = -1,
     .maximum = any},
    {.name = "dry-run",
     .kind = Kind::flag,
     .title = N_("_Dry run"),
     .help = N_("List the pictures and what they cost; send nothing")},
    {.name = "stop-on-error",
     .kind = Kind::flag,
     .title = N_("Stop on _error"),
     .help = N_("Send nothing more after the first picture that fails")},
    {.name = "preset",
     .kind = Kind::text,
     .title = N_("_Preset"),
     .help = N_("Name of settings that were saved in the dialog; arguments that differ from their "
                "defaults come before it")},
    {.name = "report",
     .kind = Kind::path,
     .title = N_("Repo_rt"),
     .help = N_("Name of the report without .json and .csv; empty: “remote-sharpen-report” in the "
                "output folder")},
});

}  // namespace

std::span<const FilesArgument> files_arguments() { return arguments; }

const char* word_of(OutputFormat format) { return format_words.at(std::to_underlying(format)); }

const char* word_of(IfExists if_exists) {
  return if_exists_words.at(std::to_underlying(if_exists));
}

Result<OutputFormat> output_format_from(std::string_view word) {
  for (std::size_t i = 0; i < format_words.size(); ++i)
    if (word == format_words[i]) return static_cast<OutputFormat>(i);
  return fail(ErrorKind::bad_argument, tr("There is no format “{}”.", word),
              _("Use original, png, tiff, jpeg or xcf."));
}

Result<IfExists> if_exists_from(std::string_view word) {
  for (std::size_t i = 0; i < if_exists_words.size(); ++i)
    if (word == if_exists_words[i]) return static_cast<IfExists>(i);
  return fail(ErrorKind::bad_argument, tr("if-exists cannot be “{}”.", word),
              _("Use skip, overwrite or number."));
}

Result<std::filesystem::path> path_from(const std::string& text) {
  if (text.empty()) return std::filesystem::path();
  if (!text.starts_with("file:")) return std::filesystem::absolute(text);
  GErrorGuard error;
  const OwnedChars path(g_filename_from_uri(text.c_str(), nullptr, error.out()));
  if (!path)
    return fail(ErrorKind::bad_argument, tr("“{}” is not the address of a file.", text),
                _("Write it as file:///folder/name, or give a plain path."));
  return std::filesystem::path(path.get());
}

}  // namespace sharpen

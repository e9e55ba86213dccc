#include "plugin/files/inputs.h"

#include <fnmatch.h>
#include <gio/gio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "base/one_line.h"

namespace sharpen {
namespace {

namespace fs = std::filesystem;
using FileId = std::pair<dev_t, ino_t>;

/// What the run itself writes, and what is hidden, is nobody's picture.
bool is_hidden(const fs::path& name) { return name.native().starts_with('.'); }

class Finder {
 public:
  explicit Finder(const FilesOptions& options) : recursive_(options.recursive) {
    std::istringstream patterns(options.only);
    for (std::string pattern; std::getline(patterns, pattern, ';');)
      if (!pattern.empty()) patterns_.push_back(pattern);
    std::error_code none;
    if (!options.output_folder.empty()) output_ = fs::weakly_canonical(options.output_folder, none);
  }

  void add(const fs::path& given) {
    struct stat found{};
    if (::stat(given.c_str(), &found) != 0) {
      const std::string reason = g_strerror(errno);
      return add_problem(given, tr("It cannot be read: {}.", reason));
    }
    if (!S_ISDIR(found.st_mode)) return add_file(given, {}, false);
    const std::size_t before = inputs_.size();
    add_folder(given, {});
    if (inputs_.size() == before)
      add_problem(given, _("The folder holds no pictures."),
                  recursive_ ? "" : _("Ask for its subfolders too if they have some."));
  }

  [[nodiscard]] std::vector<Input> take() { return std::move(inputs_); }

 private:
  void add_problem(const fs::path& file, std::string message, std::string hint = {}) {
    inputs_.push_back({file, {}, false, {ErrorKind::io, std::move(message), std::move(hint)}});
  }

  void add_file(const fs::path& file, const fs::path& subfolder, bool found) {
    struct stat state{};
    if (::stat(file.c_str(), &state) != 0) {
      const std::string reason = g_strerror(errno);
      return add_problem(file, tr("It cannot be read: {}.", reason));
    }
    if (!S_ISREG(state.st_mode)) {
      if (!found) add_problem(file, _("It is not a file."));
      return;
    }
    if (::access(file.c_str(), R_OK) != 0) {
      const std::string reason = g_strerror(errno);
      return add_problem(file, tr("It cannot be read: {}.", reason));
    }
    if (state.st_size == 0 && (!found || may_be_picture(file)))
      return add_problem(file, _("It is empty."));
    std::error_code none;
    if (!files_.insert(fs::weakly_canonical(file, none)).second) return;
    inputs_.push_back({file, subfolder, found, {}});
  }

  [[nodiscard]] bool is_wanted(const fs::path& name) const {
    return patterns_.empty() || std::ranges::any_of(patterns_, [&](const std::string& pattern) {
             return ::fnmatch(pattern.c_str(), name.c_str(), FNM_CASEFOLD) == 0;
           });
  }

  void add_folder(const fs::path& folder, const fs::path& subfolder) {
    // By number, since a link may lead back up.
    struct stat state{};
    if (::stat(folder.c_str(), &state) != 0 || !folders_.emplace(state.st_dev, state.st_ino).second)
      return;
    std::error_code failed;
    std::vector<fs::path> names;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed))
      names.push_back(entry->path().filename());
    if (failed) {
      const std::string reason = failed.message();
      return add_problem(folder, tr("It cannot be read: {}.", reason));
    }
    std::ranges::sort(names);
    for (const fs::path& name : names) {
      if (is_hidden(name)) continue;
      const fs::path path = folder / name;
      std::error_code none;
      if (!fs::is_directory(path, none)) {
        if (is_wanted(name)) add_file(path, subfolder, true);
      } else if (recursive_ && fs::weakly_canonical(path, none) != output_) {
        add_folder(path, subfolder / name);
      }
    }
  }

  bool recursive_;
  std::vector<std::string> patterns_;
  fs::path output_;
  std::vector<Input> inputs_;
  std::set<fs::path> files_;
  std::set<FileId> folders_;
};

Result<std::vector<fs::path>> read_list(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream)
    return fail(ErrorKind::io, tr("The list {} cannot be read.", display_name(file)),
                _("Check that the file is there and yours to read."));
  const char separator = text.contains('\0') ? '\0' : '\n';
  std::vector<fs::path> names;
  std::istringstream lines(text);
  for (std::string name; std::getline(lines, name, separator);) {
    if (separator == '\n' && name.ends_with('\r')) name.pop_back();
    if (!name.empty()) names.push_back(file.parent_path() / name);
  }
  return names;
}

}  // namespace

Result<std::vector<Input>> find_inputs(const FilesOptions& options) {
  Finder finder(options);
  for (const fs::path& input : options.inputs) finder.add(input);
  if (!options.list_file.empty()) {
    const auto listed = read_list(options.list_file);
    if (!listed) return std::unexpected(listed.error());
    for (const fs::path& input : *listed) finder.add(input);
  }
  std::vector<Input> inputs = finder.take();
  if (inputs.empty())
    return fail(ErrorKind::bad_argument, _("No pictures were named."), _("Name files or folders."));
  return inputs;
}

std::string display_name(const fs::path& file) {
  return one_line(OwnedChars(g_filename_display_name(file.c_str())).get());
}

bool may_be_picture(const fs::path& file) {
  std::array<unsigned char, 4096> first{};
  std::ifstream stream(file, std::ios::binary);
  stream.read(reinterpret_cast<char*>(first.data()), first.size());
  const auto read = static_cast<gsize>(stream.gcount());
  const std::string name = file.filename().native();
  const bool utf8 = g_utf8_validate(name.c_str(), -1, nullptr);
  gboolean uncertain = FALSE;
  const OwnedChars type(
      g_content_type_guess(utf8 ? name.c_str() : nullptr, first.data(), read, &uncertain));
  if (uncertain || g_content_type_is_unknown(type.get())) return true;
  return std::string_view(type.get()).starts_with("image/");
}

}  // namespace sharpen

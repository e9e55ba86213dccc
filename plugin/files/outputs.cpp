#include "plugin/files/outputs.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <format>
#include <optional>
#include <ranges>
#include <utility>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "base/spool_file.h"
#include "base/unique_fd.h"
#include "base/unix_time.h"

namespace sharpen {
namespace {

namespace fs = std::filesystem;

constexpr int most_numbers = 100'000;
constexpr auto known_extensions =
    std::to_array<std::string_view>({".png", ".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".xcf"});
constexpr std::string_view temporary_prefix = ".remote-sharpen-";
/// Longer than anything takes to be written.
constexpr std::chrono::hours oldest{48};

std::string lower_extension(const fs::path& file) {
  std::string extension = file.extension().native();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

bool is_digits(std::string_view text, std::string_view digits) {
  return !text.empty() && text.find_first_not_of(digits) == text.npos;
}

/// The name that its maker gave it, if it is one of a temporary file; empty: one of before these
/// said whose they are.
std::optional<std::string> maker_part(const fs::path& file) {
  constexpr std::string_view decimal = "0123456789", hexadecimal = "0123456789abcdef";
  constexpr std::size_t sum_digits = 16;
  const std::string name = file.stem(), extension = lower_extension(file);
  if (!name.starts_with(temporary_prefix) || name.size() < temporary_prefix.size() + sum_digits ||
      !is_digits(name.substr(name.size() - sum_digits), hexadecimal) ||
      !(extension.empty() || std::ranges::contains(known_extensions, extension)))
    return std::nullopt;
  std::string maker = name.substr(temporary_prefix.size());
  maker.resize(maker.size() - sum_digits);
  if (maker.empty()) return maker;
  std::vector<std::string> parts;
  for (const auto part : std::views::split(maker, '-'))
    parts.emplace_back(part.begin(), part.end());
  const bool fits = parts.size() == 4 && is_digits(parts[0], decimal) &&
                    is_digits(parts[1], decimal) && is_digits(parts[2], hexadecimal) &&
                    parts[2].size() == 8 && parts[3].empty();
  return fits ? std::optional(std::move(maker)) : std::nullopt;
}

bool is_left_behind(const fs::path& file) {
  const auto maker_name = maker_part(file);
  struct stat found{};
  if (!maker_name || ::lstat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return false;
  const auto maker = SpoolFile::maker_of(*maker_name);
  if (maker != SpoolFile::Maker::unknown) return maker == SpoolFile::Maker::dead;
  // Not when it was modified: it may have been given the times of its input.
  return std::chrono::seconds(unix_now() - found.st_ctim.tv_sec) >= oldest;
}

void sweep_folder(const fs::path& folder) {
  std::error_code failed, ignored;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    if (is_left_behind(at->path())) fs::remove(at->path(), ignored);
}

std::string extension_of(OutputFormat format, const fs::path& input) {
  // The picture's own spelling stays: .JPG, .jpeg, .tif.
  const bool same = written_format(OutputFormat::original, input) == format;
  if (same && std::ranges::contains(known_extensions, lower_extension(input)))
    return input.extension().native();
  switch (format) {
    case OutputFormat::png:
      return ".png";
    case OutputFormat::jpeg:
      return ".jpg";
    case OutputFormat::xcf:
      return ".xcf";
    case OutputFormat::tiff:
    case OutputFormat::original:
      break;
  }
  return ".tif";
}

void replace_all(std::string& text, const std::string& word, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += by.size())
    text.replace(at, word.size(), by);
}

fs::path numbered(const fs::path& file, int number) {
  fs::path name = file.stem();
  name += std::format("-{}", number);
  name += file.extension();
  return file.parent_path() / name;
}

bool is_there(const fs::path& file) {
  std::error_code none;
  return fs::exists(fs::symlink_status(file, none));
}

std::unexpected<Error> cannot_write(const fs::path& where, const std::string& reason) {
  return fail(
      ErrorKind::io, tr("{} cannot be written: {}.", display_name(where), reason),
      _("Choose another output folder, or free some space in it. What was paid for is not lost."));
}

std::unexpected<Error> exists_already(const fs::path& file) {
  return fail(ErrorKind::conflict, tr("{} exists already.", display_name(file)),
              _("Ask for overwriting or for numbers to write it all the same."));
}

}  // namespace

OutputFormat written_format(OutputFormat asked, const fs::path& input) {
  if (asked != OutputFormat::original) return asked;
  const std::string extension = lower_extension(input);
  if (extension == ".png") return OutputFormat::png;
  if (extension == ".jpg" || extension == ".jpeg" || extension == ".jpe") return OutputFormat::jpeg;
  if (extension == ".xcf") return OutputFormat::xcf;
  return OutputFormat::tiff;
}

fs::path temporary_name(const fs::path& output) {
  const OwnedChars sum(
      g_compute_checksum_for_string(G_CHECKSUM_SHA256, output.filename().c_str(), -1));
  const std::string name = std::string(temporary_prefix) + SpoolFile::prefix_of_maker() +
                           std::string(sum.get(), 16) + output.extension().native();
  return output.parent_path() / name;
}

Outputs::Outputs(const FilesOptions& options, const std::vector<Input>& inputs, std::string model)
    : options_(options), model_(std::move(model)) {
  std::ranges::replace(model_, '/', '-');
  std::error_code none;
  for (const Input& input : inputs) inputs_.insert(fs::weakly_canonical(input.file, none));
}

bool Outputs::is_input(const fs::path& file) const {
  std::error_code none;
  return inputs_.contains(fs::weakly_canonical(file, none));
}

Result<void> Outputs::check_folder(const fs::path& folder) {
  if (folder.empty())
    return fail(ErrorKind::bad_argument, _("No output folder was named."),
                _("Name the folder of the results."));
  std::error_code failed, none;
  fs::create_directories(folder, failed);
  if (failed && !fs::is_directory(folder, none)) return cannot_write(folder, failed.message());
  const fs::path trial = temporary_name(folder / "trial");
  const UniqueFd file(::open(trial.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  const char byte = 0;
  const bool written = file && ::write(file.get(), &byte, 1) == 1;
  const std::string reason = g_strerror(errno);
  ::unlink(trial.c_str());
  if (!written) return cannot_write(folder, reason);
  if (checked_.insert(folder).second) sweep_folder(folder);
  return {};
}

void Outputs::sweep() const {
  for (const fs::path& folder : checked_) sweep_folder(folder);
}

Result<fs::path> Outputs::wanted(const Input& input, std::size_t number) const {
  std::string name = options_.name_pattern;
  replace_all(name, "{number}", std::format("{:04}", number));
  replace_all(name, "{model}", model_);
  replace_all(name, "{name}", input.file.stem().native());
  if (name.empty() || name == "." || name == ".." || name.contains('/') || name.contains('\0') ||
      name.starts_with(temporary_prefix))
    return fail(ErrorKind::bad_argument, tr("“{}” is no name for a result.", options_.name_pattern),
                _("Use letters, digits, {name}, {number} and {model}, and no slash."));
  name += extension_of(written_format(options_.format, input.file), input.file);
  return options_.output_folder / input.subfolder / name;
}

Result<fs::path> Outputs::reserve(const fs::path& wanted, const fs::path& input) {
  for (int number = 0; number < most_numbers; ++number) {
    fs::path output = number == 0 ? wanted : numbered(wanted, number);
    const bool numbers = options_.if_exists == IfExists::number;
    if (const auto held = reserved_.find(output); held != reserved_.end()) {
      if (numbers) continue;
      return fail(
          ErrorKind::bad_argument,
          tr("Its result would have the same name as that of {}.", display_name(held->second)),
          _("Use {number} in the name, or ask for numbers."));
    }
    if (is_there(output)) {
      if (numbers) continue;
      if (is_input(output))
        return fail(ErrorKind::bad_argument,
                    tr("Its result would overwrite {}, which is an input.", display_name(output)),
                    _("Choose another output folder or another name."));
      if (options_.if_exists == IfExists::skip) return exists_already(output);
    }
    reserved_.emplace(output, input);
    return output;
  }
  return exists_already(wanted);
}

Result<fs::path> Outputs::put(const fs::path& complete, const fs::path& output) const {
  const std::lock_guard lock(putting_);
  if (options_.if_exists == IfExists::overwrite) {
    if (std::rename(complete.c_str(), output.c_str()) == 0) return output;
    return cannot_write(output, g_strerror(errno));
  }
  for (int number = 0; number < most_numbers; ++number) {
    const fs::path name = number == 0 ? output : numbered(output, number);
    if (::renameat2(AT_FDCWD, complete.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE) == 0)
      return name;
    const int reason = errno;
    // Some file systems cannot rename so: there nobody else's file is looked out for as well as
    // can.
    if (reason == EINVAL && !is_there(name) && std::rename(complete.c_str(), name.c_str()) == 0)
      return name;
    if (reason != EEXIST && !(reason == EINVAL && is_there(name)))
      return cannot_write(name, g_strerror(reason));
    if (options_.if_exists != IfExists::number) return exists_already(name);
  }
  return exists_already(output);
}

bool Outputs::has_room(std::uint64_t bytes) const {
  struct statvfs disk{};
  if (::statvfs(options_.output_folder.c_str(), &disk) != 0) return true;
  // Some that lie elsewhere say that they have no blocks at all.
  return disk.f_blocks == 0 || std::uint64_t{disk.f_bavail} * disk.f_frsize >= bytes;
}

}  // namespace sharpen

#include <algorithm>
#include <utility>

#include "base/i18n.h"
#include "image/picture.h"
#include "plugin/files/files_run.h"
#include "plugin/files/open_file.h"

// The way of one file to the service, step by step.

namespace sharpen {
namespace {

namespace fs = std::filesystem;

/// How much of a file's bar belongs to its export.
constexpr double export_share = 0.1;
constexpr int reading_tries = 3;

Error disk_full() {
  return {ErrorKind::io, _("There is no space left in the output folder."),
          _("Free some space and run it again: nothing is paid twice.")};
}

struct Size {
  std::uint32_t width = 0, height = 0;
};

/// Out of the header where we can read it; else GIMP has to open the file.
Result<Size> size_of(const fs::path& file, const Home& home) {
  if (const auto reader = open_picture(file))
    return Size{(*reader)->info().width, (*reader)->info().height};
  const auto picture = OpenPicture::load(file, home);
  if (!picture) return std::unexpected(picture.error());
  return Size{(*picture)->width(), (*picture)->height()};
}

}  // namespace

std::optional<fs::path> FilesRun::wanted_output(std::size_t index) {
  const FileItem& item = items_.at(index);
  const auto concluded = [&](FileState state, Error error = {}) {
    conclude(index, state, error.message.empty() ? std::nullopt : std::optional(std::move(error)));
    return std::nullopt;
  };
  if (!item.input.problem.message.empty()) return concluded(FileState::failed, item.input.problem);
  if (item.input.found) {
    if (!may_be_picture(item.input.file)) return concluded(FileState::ignored);
    const auto is_result = is_own_result(item.input.file);
    if (!is_result) return concluded(FileState::failed, is_result.error());
    if (*is_result)
      return concluded(FileState::skipped,
                       {ErrorKind::conflict, _("It is a result of an earlier run."),
                        _("To sharpen it again, name the file itself.")});
  }
  auto wanted = outputs_.wanted(item.input, index + 1);
  if (!wanted) return concluded(FileState::failed, wanted.error());
  return *std::move(wanted);
}

Result<bool> FilesRun::is_own_result(const fs::path& file) {
  std::error_code none;
  const fs::path canonical = fs::weakly_canonical(file, none);
  const fs::path inside = canonical.lexically_relative(options_.output_folder);
  if (inside.empty() || *inside.begin() == "..") return false;
  return manifest_.has_written(canonical);
}

bool FilesRun::list_had(std::size_t index, const fs::path& wanted) {
  FileItem& item = items_.at(index);
  std::error_code none;
  if (!fs::exists(wanted, none)) return false;
  auto content = checksum_of(item.input.file);
  if (!content) return conclude(index, FileState::failed, content.error()), true;
  const auto had =
      manifest_.find({.content = *std::move(content), .settings = settings_key_}, wanted);
  if (!had) return conclude(index, FileState::failed, had.error()), true;
  if (!*had) return false;
  item.output = (*had)->file;
  outputs_.hold(item.output, item.input.file);
  conclude(index, FileState::had_it);
  return true;
}

void FilesRun::list(std::size_t index) {
  FileItem& item = items_.at(index);
  const auto wanted = wanted_output(index);
  if (!wanted || list_had(index, *wanted)) return;
  auto output = outputs_.reserve(*wanted, item.input.file);
  if (!output && output.error().kind == ErrorKind::conflict) {
    item.output = *wanted;
    return conclude(index, FileState::skipped, output.error());
  }
  if (!output) return conclude(index, FileState::failed, output.error());
  const auto size = size_of(item.input.file, home_);
  if (!size) return conclude(index, FileState::failed, size.error());
  item.output = *std::move(output);
  const Price price = offline_price(address_->kind, size->width, size->height, settings_);
  if (price.amount > 0) {
    item.cost = price.amount;
    unit_ = price.unit;
  }
  conclude(index, FileState::listed);
}

void FilesRun::begin(std::size_t index) {
  auto wanted = wanted_output(index);
  if (!wanted) return;
  FileItem& item = items_.at(index);
  item.state = FileState::working;
  if (events_.changed) events_.changed(index);
  OpenFile& file = open_.emplace_back();
  file.index = index;
  file.wanted = *std::move(wanted);
  for (int tries = 1;; ++tries) {
    const auto moment = moment_of(item.input.file);
    if (!moment) return fail_file(file, moment.error());
    auto content = checksum_of(item.input.file);
    if (!content) return fail_file(file, std::move(content).error());
    file.moment = *moment;
    file.key = {.content = *std::move(content), .settings = settings_key_};
    if (!look_up(file)) return;
    if (auto opened = open(file); !opened) return fail_file(file, std::move(opened).error());
    const auto now = moment_of(item.input.file);
    if (now && now->same_content(file.moment)) return;
    if (tries == reading_tries)
      return fail_file(file, {ErrorKind::io, _("It changes while it is read; nothing was sent."),
                              _("Run it again when the file is complete.")});
    file.exporting.reset();
    file.picture.reset();
  }
}

bool FilesRun::look_up(OpenFile& file) {
  const bool is_open = std::ranges::any_of(open_, [&](const OpenFile& other) {
    return other.index != file.index && other.key.content == file.key.content;
  });
  FileItem& item = item_of(file);
  if (is_open) {
    const std::size_t index = file.index;
    item.state = FileState::waiting;
    if (!file.output.empty()) outputs_.give_back(file.output);
    std::erase_if(open_, [&](const OpenFile& one) { return one.index == index; });
    deferred_.push_back(index);
    return false;
  }
  const auto failed = [&](Error error) {
    fail_file(file, std::move(error));
    return false;
  };
  auto had = manifest_.find(file.key, file.wanted);
  if (!had) return failed(std::move(had).error());
  if (*had) {
    item.output = (*had)->file;
    outputs_.hold(item.output, item.input.file);
    item.job = (*had)->job;
    item.cost = (*had)->cost;
    item.finding = (*had)->finding;
    end(file, FileState::had_it);
    return false;
  }
  if (file.output.empty()) {
    auto output = outputs_.reserve(file.wanted, item.input.file);
    if (!output && output.error().kind == ErrorKind::conflict) {
      item.output = file.wanted;
      item.error = std::move(output).error();
      end(file, FileState::skipped);
      return false;
    }
    if (!output) return failed(std::move(output).error());
    file.output = *std::move(output);
  }
  const auto claimed = manifest_.claim(file.key, file.wanted);
  if (!claimed) return failed(claimed.error());
  if (!*claimed)
    return failed({ErrorKind::conflict, _("Another run works on this picture now."),
                   _("Let it finish there.")});
  file.claimed = true;
  const auto equal = find_equal(
      manifest_, {.key = file.key, .format = written_format(options_.format, item.input.file)});
  if (!equal) return failed(equal.error());
  if (*equal) {
    copy_equal(file, **equal);
    return false;
  }
  return true;
}

Result<void> FilesRun::open(OpenFile& file) {
  auto picture = OpenPicture::load(item_of(file).input.file, home_);
  if (!picture) return fail(std::move(picture));
  file.picture = *std::move(picture);
  // Before anything is paid for.
  if (auto writable = outputs_.check_folder(file.output.parent_path()); !writable) return writable;
  constexpr std::uint64_t pixel_bytes = 8;
  const std::uint64_t needed =
      std::uint64_t{file.picture->width()} * file.picture->height() * pixel_bytes;
  if (!outputs_.has_room(needed)) {
    stop(disk_full());
    return std::unexpected(disk_full());
  }
  auto exporting = file.picture->begin_export();
  if (!exporting) return fail(std::move(exporting));
  file.exporting = *std::move(exporting);
  file.step = OpenFile::Step::exporting;
  return {};
}

void FilesRun::export_step(OpenFile& file) {
  if (drop(file)) return;
  const auto complete = file.exporting->step();
  if (!complete) return fail_file(file, complete.error());
  item_of(file).fraction = export_share * file.exporting->fraction();
  if (!*complete) return;
  file.origin = file.exporting->origin();
  file.upload = file.exporting->finish();
  file.exporting.reset();
  submit(file);
}

void FilesRun::submit(OpenFile& file) {
  if (drop(file)) return;
  file.step = OpenFile::Step::running;
  file.begun = false;
  const std::size_t index = file.index;
  // Posted ones may come when the run is over.
  const auto here = std::weak_ptr<FilesRun*>(self_);
  JobRequest request{.service = *address_,
                     .settings = settings_,
                     .upload = std::move(file.upload),
                     .origin = std::move(file.origin)};
  file.upload = {};  // the job's now
  const auto on_progress = [here, index](const JobProgress& progress) {
    post([here, index, fraction = progress.fraction] {
      const auto self = here.lock();
      if (!self || !fraction) return;
      FileItem& item = (*self)->items_.at(index);
      item.fraction = export_share + (1 - export_share) * *fraction;
      if ((*self)->events_.changed && !is_final(item.state)) (*self)->events_.changed(index);
    });
  };
  file.job.start(
      [this, &file, request = std::move(request), on_progress,
       wanted = WantedOutput(file.key, written_format(options_.format, item_of(file).input.file))](
          GCancellable* cancellable) {
        return run_files_job(request, {budget_, throttle_, home_}, wanted, file.begun, on_progress,
                             cancellable);
      },
      [this, &file](Result<FilesJob> answer) {
        file.answer = std::move(answer);
        file.step = OpenFile::Step::answered;
        wake();
      });
}

}  // namespace sharpen

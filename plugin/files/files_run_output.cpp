#include <fcntl.h>

#include <utility>

#include "base/i18n.h"
#include "base/unique_fd.h"
#include "plugin/files/files_run.h"
#include "plugin/files/open_file.h"

// The way of one file from the service to its output.

namespace sharpen {
namespace {

namespace fs = std::filesystem;

/// The new name is on the disk too.
void settle_folder(const fs::path& folder) {
  const UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened) (void)::fsync(opened.get());
}

/// An output that has all but its name.
struct Complete {
  fs::path file;  ///< under its temporary name
  OutputKey key;
  fs::path wanted;
  WrittenOutput output;
};

/// Gives it its name, which is returned. The manifest knows it before.
Result<fs::path> put(const Complete& complete, Manifest& manifest, const Outputs& outputs) {
  WrittenOutput output = complete.output;
  const auto record = [&](const fs::path& file) {
    return manifest.record(complete.key, complete.wanted, output, file);
  };
  if (auto noted = record(complete.file); !noted) return fail(std::move(noted));
  auto name = outputs.put(complete.file, output.file);
  if (!name) return name;
  if (*name != output.file) {
    output.file = *name;
    if (auto noted = record(*name); !noted) return fail(std::move(noted));
  }
  settle_folder(name->parent_path());
  return name;
}

}  // namespace

void FilesRun::take_answer(OpenFile& file) {
  if (!*file.answer) {
    Error error = std::move(*file.answer).error();
    if (!file.begun && drop(file)) return;
    if (error.kind == ErrorKind::refused && file.picture->send_gray_as_rgb()) {
      file.answer.reset();
      auto again = file.picture->begin_export();
      if (!again) return fail_file(file, std::move(again).error());
      file.exporting = *std::move(again);
      file.step = OpenFile::Step::exporting;
      return;
    }
    return fail_file(file, std::move(error));
  }
  if (const auto equal = std::move((**file.answer).equal)) return copy_equal(file, *equal);
  throttle_.went_well();
  FileItem& item = item_of(file);
  const JobResult& result = (**file.answer).result;
  // Once for all files that share the job, whichever of them gets it.
  if (const auto& charged = result.charged;
      charged && !result.told_elsewhere && counted_.insert(result.upload_name).second) {
    item.cost = charged->amount;
    unit_ = charged->unit;
  }
  if (auto written = write(file); !written) return not_written(file, std::move(written).error());
  put_in_place(file);
}

Result<void> FilesRun::write(OpenFile& file) {
  FileItem& item = item_of(file);
  FilesJob& job = **file.answer;
  item.job = job.number;
  item.finding = job.result.options_json;
  const OutputFormat format = written_format(options_.format, item.input.file);
  auto notes = file.picture->place(job.result, settings_, format);
  if (!notes) return fail(std::move(notes));
  item.notes = *std::move(notes);
  return file.picture->save(temporary_name(file.output), format, options_.jpeg_quality);
}

void FilesRun::put_in_place(OpenFile& file) {
  file.step = OpenFile::Step::finishing;
  const FileItem& item = item_of(file);
  const Complete complete{
      .file = temporary_name(file.output),
      .key = file.key,
      .wanted = file.wanted,
      .output = {.file = file.output, .job = item.job, .cost = item.cost, .finding = item.finding}};
  const auto times = options_.keep_times ? std::optional(file.moment) : std::nullopt;
  const auto width = file.picture->width(), height = file.picture->height();
  file.picture.reset();
  // The disk and the decoder take their time, and neither needs GIMP.
  file.job.start(
      [this, complete, times, width, height,
       journal_id = (**file.answer).result.journal_id](GCancellable*) -> Result<fs::path> {
        if (auto good = check_written(complete.file, width, height); !good)
          return fail(std::move(good));
        if (auto settled = settle(complete.file, times); !settled) return fail(std::move(settled));
        auto manifest = Manifest::open(home_.journal());
        if (!manifest) return fail(std::move(manifest));
        auto name = put(complete, *manifest, outputs_);
        if (!name) return name;
        if (const auto finished = finish_job(journal_id, home_); !finished)
          g_warning("%s", finished.error().text().c_str());
        return name;
      },
      [this, &file](Result<fs::path> written) {
        if (written) {
          item_of(file).output = *std::move(written);
          end(file, FileState::done);
        } else {
          not_written(file, std::move(written).error());
        }
        wake();
      });
}

void FilesRun::not_written(OpenFile& file, Error error) {
  std::error_code none;
  fs::remove(temporary_name(file.output), none);
  keep_job((**file.answer).result.journal_id, home_);
  fail_file(file, std::move(error));
  if (const auto writable = outputs_.check_folder(options_.output_folder); !writable)
    stop(writable.error());
}

void FilesRun::copy_equal(OpenFile& file, const WrittenOutput& equal) {
  const fs::path complete = temporary_name(file.output);
  std::error_code failed;
  fs::create_directories(complete.parent_path(), failed);
  fs::copy_file(equal.file, complete, fs::copy_options::overwrite_existing, failed);
  WrittenOutput output = equal;
  output.cost.reset();  // paid for with the other
  FileItem& item = item_of(file);
  item.job = equal.job;
  item.finding = equal.finding;
  Result<void> written;
  if (failed)
    written = fail(ErrorKind::io, tr("The result cannot be copied: {}.", failed.message()),
                   _("Free some space on the disk and try again."));
  else
    written = settle(complete, options_.keep_times ? std::optional(file.moment) : std::nullopt);
  if (written) {
    output.file = file.output;
    auto name = put({complete, file.key, file.wanted, std::move(output)}, manifest_, outputs_);
    if (name) {
      item.output = *std::move(name);
      return end(file, FileState::done);
    }
    written = fail(std::move(name));
  }
  fs::remove(complete, failed);
  fail_file(file, std::move(written).error());
}

}  // namespace sharpen

#include "plugin/files/progress_lines.h"

#include <fcntl.h>
#include <glib.h>

#include <cerrno>

#include "base/i18n.h"
#include "plugin/files/report.h"

namespace sharpen {

Result<ProgressLines> ProgressLines::open(const std::filesystem::path& file) {
  if (file.empty()) return ProgressLines(UniqueFd());
  UniqueFd out(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (out) return ProgressLines(std::move(out));
  const std::string reason = g_strerror(errno);
  return fail(ErrorKind::io, tr("The progress file cannot be written: {}.", reason),
              _("Name another one, or none."));
}

void ProgressLines::write(JsonWriter& writer) {
  if (!out_) return;
  const std::string line = writer.end_object().text() + "\n";
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t count = ::write(out_.get(), line.data() + done, line.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return out_.reset();  // who listened has gone
    done += static_cast<std::size_t>(count);
  }
}

void ProgressLines::begin(std::size_t files) {
  JsonWriter writer;
  writer.begin_object().member("event", "begin").member("files", static_cast<std::int64_t>(files));
  write(writer);
}

void ProgressLines::file(std::size_t index, const FileItem& item, const FileTotals& totals) {
  if (!out_) return;
  JsonWriter writer;
  writer.begin_object()
      .member("event", "file")
      .member("index", static_cast<std::int64_t>(index))
      .member("total_cost", totals.cost)
      .member("unit", totals.unit);
  write_members(writer, item);
  write(writer);
}

void ProgressLines::end(const FileTotals& totals, const std::optional<Error>& stopped,
                        bool dry_run) {
  JsonWriter writer;
  writer.begin_object()
      .member("event", "end")
      .member("summary", totals.sentence(dry_run))
      .member("complete", totals.all_well() && !stopped);
  if (stopped) writer.member("error", stopped->text());
  write(writer);
}

}  // namespace sharpen

#include "plugin/files/report.h"

#include <gio/gio.h>

#include <algorithm>
#include <format>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "client/providers/found_blur.h"

namespace sharpen {
namespace {

/// Exact, whatever bytes the name has.
std::string address_of(const std::filesystem::path& file) {
  std::error_code none;
  const auto absolute = std::filesystem::absolute(file, none);
  const OwnedChars address(g_filename_to_uri(absolute.c_str(), nullptr, nullptr));
  return address ? address.get() : "";
}

/// Valid UTF-8, with its line breaks.
std::string exact_name(const std::filesystem::path& file) {
  return OwnedChars(g_filename_display_name(file.c_str())).get();
}

Result<void> write_file(std::filesystem::path file, const char* extension,
                        const std::string& text) {
  file += extension;
  GErrorGuard error;
  if (g_file_set_contents_full(file.c_str(), text.data(), static_cast<gssize>(text.size()),
                               G_FILE_SET_CONTENTS_CONSISTENT, 0644, error.out()))
    return {};
  return fail(ErrorKind::io, tr("The report could not be written: {}.", error.message()),
              _("Name another place for it."));
}

std::string number(double value) { return std::format("{}", value); }

}  // namespace

void write_members(JsonWriter& writer, const FileItem& item) {
  writer.member("file", exact_name(item.input.file))
      .member("address", address_of(item.input.file))
      .member("result", word_of(item.state));
  if (!item.output.empty())
    writer.member("output", exact_name(item.output))
        .member("output_address", address_of(item.output));
  if (!item.job.empty()) writer.member("job", item.job);
  if (item.cost) writer.member("cost", *item.cost);
  writer.member("seconds", item.seconds);
  if (const std::string found = summary_in(item.finding); !found.empty())
    writer.member("found", found);
  writer.begin_array("notes");
  for (const std::string& note : item.notes) writer.element(std::string_view(note));
  writer.end_array();
  if (item.error)
    writer.member("error_kind", name_of(item.error->kind)).member("error", item.error->text());
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (const std::string& field : fields) {
    if (!line.empty()) line += ',';
    // A spreadsheet would take these for a formula.
    const bool formula = !field.empty() && std::string_view("=+-@").contains(field.front());
    line += '"';
    if (formula) line += '\'';
    for (const char c : field) line += c == '"' ? std::string("\"\"") : std::string(1, c);
    line += '"';
  }
  return line + "\r\n";
}

Result<void> write_report(const std::filesystem::path& base, const std::vector<FileItem>& items,
                          const FileTotals& totals, bool dry_run) {
  JsonWriter writer;
  writer.begin_object()
      .member("version", 1)
      .member("dry_run", dry_run)
      .member("summary", totals.sentence(dry_run))
      .member("complete", totals.all_well())
      .member("cost", totals.cost)
      .member("unit", totals.unit)
      .begin_array("files");
  std::string csv =
      csv_line({"file", "result", "output", "job", "cost", "seconds", "found", "error"});
  for (const FileItem& item : items) {
    writer.begin_object();
    write_members(writer, item);
    writer.end_object();
    csv += csv_line({exact_name(item.input.file), std::string(word_of(item.state)),
                     exact_name(item.output), item.job, item.cost ? number(*item.cost) : "",
                     std::format("{:.1f}", item.seconds), summary_in(item.finding),
                     item.error ? item.error->text() : ""});
  }
  writer.end_array().end_object();
  if (auto written = write_file(base, ".json", writer.text(true) + "\n"); !written) return written;
  return write_file(base, ".csv", csv);
}

}  // namespace sharpen

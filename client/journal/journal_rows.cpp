#include "client/journal/journal_rows.h"

#include <array>
#include <string_view>

namespace sharpen {
namespace {

using sqlite::Statement;

constexpr int entry_column_count = 31;

constexpr std::array<std::string_view, 5> step_names = {"submitting", "running", "ready", "fetched",
                                                        "placed"};

JobStep step_from(std::string_view name) {
  for (std::size_t i = 0; i < step_names.size(); ++i)
    if (step_names[i] == name) return static_cast<JobStep>(i);
  return JobStep::submitting;
}

FileFormat format_from(std::string_view name) {
  for (const auto format : {FileFormat::png, FileFormat::jpeg, FileFormat::tiff})
    if (name_of(format) == name) return format;
  return FileFormat::png;
}

}  // namespace

std::string placeholders() {
  std::string marks = "?";
  for (int i = 1; i < entry_column_count; ++i) marks += ", ?";
  return marks;
}

void bind_entry(Statement& statement, const JournalEntry& entry) {
  statement.bind(step_names.at(static_cast<std::size_t>(entry.step)))
      .bind(word_of(entry.service))
      .bind(entry.base_url)
      .bind(entry.upload_name)
      .bind(entry.process_id)
      .bind(entry.download_url)
      .bind(to_json(entry.settings))
      .bind(entry.origin.gimp_run)
      .bind(std::int64_t{entry.origin.image_id})
      .bind(std::int64_t{entry.origin.layer_tattoo})
      .bind(entry.origin.image_file)
      .bind(entry.origin.layer_name)
      .bind(std::int64_t{entry.origin.offset_x})
      .bind(std::int64_t{entry.origin.offset_y})
      .bind(std::int64_t{entry.width})
      .bind(std::int64_t{entry.height})
      .bind(std::int64_t{entry.channels})
      .bind(std::int64_t{entry.bits})
      .bind(name_of(entry.format))
      .bind(entry.original_file.native())
      .bind(entry.result_file.native())
      .bind(entry.cost)
      .bind(entry.created)
      .bind(std::int64_t{entry.preview})
      .bind(entry.key_mark)
      .bind(std::int64_t{entry.origin.box_x})
      .bind(std::int64_t{entry.origin.box_y})
      .bind(std::int64_t{entry.origin.layer_width})
      .bind(std::int64_t{entry.origin.layer_height})
      .bind(entry.fingerprint)
      .bind(entry.placed);
}

JournalEntry read_entry(std::int64_t id, Statement& row) {
  JournalEntry entry;
  entry.id = id;
  entry.step = step_from(row.text());
  entry.service = service_from(row.text()).value_or(ServiceKind::own_server);
  entry.base_url = row.text();
  entry.upload_name = row.text();
  entry.process_id = row.text();
  entry.download_url = row.text();
  entry.settings = settings_from_json(row.text()).value_or(Settings());
  entry.origin.gimp_run = row.text();
  entry.origin.image_id = static_cast<int>(row.integer());
  entry.origin.layer_tattoo = static_cast<int>(row.integer());
  entry.origin.image_file = row.text();
  entry.origin.layer_name = row.text();
  entry.origin.offset_x = static_cast<int>(row.integer());
  entry.origin.offset_y = static_cast<int>(row.integer());
  entry.width = static_cast<std::uint32_t>(row.integer());
  entry.height = static_cast<std::uint32_t>(row.integer());
  entry.channels = static_cast<int>(row.integer());
  entry.bits = static_cast<int>(row.integer());
  entry.format = format_from(row.text());
  entry.original_file = row.text();
  entry.result_file = row.text();
  entry.cost = row.number();
  entry.created = row.integer();
  entry.preview = row.integer() != 0;
  entry.key_mark = row.text();
  entry.origin.box_x = static_cast<int>(row.integer());
  entry.origin.box_y = static_cast<int>(row.integer());
  entry.origin.layer_width = static_cast<int>(row.integer());
  entry.origin.layer_height = static_cast<int>(row.integer());
  entry.fingerprint = row.text();
  entry.placed = row.integer();
  return entry;
}

}  // namespace sharpen

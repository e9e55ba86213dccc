#include "plugin/files/file_item.h"

#include <array>
#include <format>

#include "base/i18n.h"
#include "client/providers/service.h"
#include "ui/widgets/text.h"

namespace sharpen {

std::string_view word_of(FileState state) {
  constexpr auto words =
      std::to_array<std::string_view>({"waiting", "working", "done", "had-it", "skipped", "ignored",
                                       "failed", "cancelled", "not-sent", "listed"});
  return words.at(static_cast<std::size_t>(state));
}

const char* title_of(FileState state) {
  switch (state) {
    case FileState::waiting:
      return N_("Waiting");
    case FileState::working:
      return N_("Working");
    case FileState::done:
      return N_("Done");
    case FileState::had_it:
      return N_("Done before");
    case FileState::skipped:
      return N_("Skipped");
    case FileState::ignored:
      return N_("No picture");
    case FileState::failed:
      return N_("Failed");
    case FileState::cancelled:
      return N_("Cancelled");
    case FileState::not_sent:
      return N_("Not sent");
    case FileState::listed:
      return N_("Listed");
  }
  return "";
}

std::string FileTotals::sentence(bool dry_run) const {
  std::string text = trn("{} file", "{} files", files, files) + ": ";
  if (dry_run) {
    text += trn("{} to be sent", "{} to be sent", done, done);
  } else {
    text += trn("{} done", "{} done", done, done);
  }
  const auto add = [&](std::size_t count, const char* what) {
    if (count > 0) text += tr(", {} {}", count, _(what));
  };
  add(had_it, N_("done before"));
  add(skipped, N_("skipped"));
  add(ignored, N_("no pictures"));
  add(failed, N_("failed"));
  add(cancelled, N_("cancelled"));
  add(not_sent, N_("not sent"));
  text += ".";
  if (!unit.empty()) text += " " + tr("Cost: {}.", amount_text(cost, unit));
  return text;
}

std::string pace_text(std::size_t ended, std::size_t files, double seconds, double cost,
                      const std::string& unit) {
  std::string text = std::format("{}/{}", ended, files);
  if (ended > 0 && seconds > 0) {
    const double rate = static_cast<double>(ended) / seconds;
    text += ", " + tr("{} a minute", number_text(rate * 60, 1));
    text += ", " + tr("{} left", duration_text(static_cast<double>(files - ended) / rate));
  }
  if (!unit.empty()) text += ", " + amount_text(cost, unit);
  return text;
}

}  // namespace sharpen

#include "plugin/command/console.h"

#include <unistd.h>

#include <cstdio>
#include <format>
#include <utility>
#include <vector>

#include "base/i18n.h"
#include "base/json.h"
#include "base/one_line.h"
#include "client/providers/service.h"
#include "plugin/files/file_item.h"

namespace sharpen {
namespace {

void print(std::FILE* stream, const std::string& text) {
  (void)std::fwrite(text.data(), 1, text.size(), stream);
  (void)std::fflush(stream);
}

std::string state_title(const std::string& word) {
  for (int state = 0; state <= static_cast<int>(FileState::listed); ++state)
    if (word_of(static_cast<FileState>(state)) == word)
      return _(title_of(static_cast<FileState>(state)));
  return word;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace

Console::Console() : terminal_(::isatty(STDOUT_FILENO) != 0) {}

void Console::clear() {
  if (std::exchange(has_total_, false)) print(stdout, "\r\033[K");
}

void Console::take(std::string_view line) {
  const auto event = Json::parse(line);
  if (!event) return;
  const std::string what = (*event)["event"].string().value_or("");
  clear();
  if (what == "begin") {
    begun_ = true;
    files_ = static_cast<std::size_t>((*event)["files"].integer().value_or(0));
  } else if (what == "file") {
    ++shown_;
    cost_ = (*event)["total_cost"].number().value_or(0);
    unit_ = (*event)["unit"].string().value_or("");
    show_file(*event);
  } else if (what == "end") {
    ended_ = true;
    complete_ = (*event)["complete"].boolean().value_or(false);
    if (const auto error = (*event)["error"].string()) print(stderr, one_line(*error) + "\n");
    print(stdout, one_line((*event)["summary"].string().value_or("")) + "\n");
  }
  if (terminal_ && !ended_) show_total();
}

void Console::show_file(const Json& event) {
  const std::string name = one_line(event["file"].string().value_or(""));
  const std::string result = event["result"].string().value_or("");
  std::string line = std::format("[{}/{}] {}", shown_, files_, name);
  if (const auto output = event["output"].string()) line += " → " + one_line(*output);
  line += ": " + state_title(result);
  std::vector<std::string> details;
  if (const auto found = event["found"].string()) details.push_back(one_line(*found));
  if (const double seconds = event["seconds"].number().value_or(0); seconds > 0)
    details.push_back(std::format("{:.1f} s", seconds));
  if (const auto cost = event["cost"].number(); cost && result != "had-it")
    details.push_back(amount_text(*cost, unit_));
  if (!details.empty()) line += " (" + joined(details) + ")";
  if (const auto error = event["error"].string()) line += ". " + one_line(*error);
  for (const Json& note : event["notes"].elements())
    line += " " + one_line(note.string().value_or(""));
  print(stdout, line + "\n");
}

void Console::show_total() {
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count();
  print(stdout, pace_text(shown_, files_, seconds, cost_, unit_));
  has_total_ = true;
}

}  // namespace sharpen

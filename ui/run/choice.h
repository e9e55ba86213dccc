#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/providers/settings.h"
#include "ui/host.h"

namespace sharpen {

class Memory;

/// What the user chooses on the first page.
struct Choice {
  Settings settings;
  std::string output_name;
  bool keep_source_visible = false;
  std::vector<std::string> more_models;  ///< to be compared with settings.model
  bool redo_original = false;
  [[nodiscard]] bool operator==(const Choice&) const = default;
};

/// What decides whether a result is the answer to these settings: not the user's own limit.
[[nodiscard]] Settings essence(Settings settings);

/// One for each model that the user wants a result of, the chosen one first. A value that another
/// model does not take is Auto there.
[[nodiscard]] std::vector<Settings> variants(const Choice& choice);

/// What the dialog opens with instead of GIMP's `last` values: the settings that an earlier result
/// was made with, else what a run that failed was to be made with. A result's file may come from
/// anyone: an address in it counts only if the user has sent pixels there before, and the limit is
/// always the user's own.
[[nodiscard]] std::optional<Choice> first_choice(std::span<const Source> sources,
                                                 const Memory& memory, const Choice& last);

}  // namespace sharpen

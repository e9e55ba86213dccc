#include "ui/run/suggestion.h"

#include "base/i18n.h"
#include "client/providers/found_blur.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

/// Steps of 1/255: from here on noise is seen at 100 %.
constexpr double visible_noise = 5;
/// Pixels: a defocus that varies, and is larger, is hardly bettered on this computer.
constexpr double hardly_undone = 8;
/// Pixels of standard deviation: a picture that is a little soft.
constexpr double a_little_soft = 2;
constexpr double only_a_part = 0.5;

Suggestion suggest(const std::string& text, const char* model) {
  return {text, find_model(model), false};
}

Suggestion suggest_paid(const std::string& text) {
  return {
      text + " " + _("A paid service that draws new detail may help; what it draws is invented."),
      find_model("Super Focus V3"), true};
}

Suggestion for_blur(const FoundBlur& found) {
  const std::string pixels = number_text(found.size, 1);
  if (found.kind == BlurKind::motion || found.kind == BlurKind::shake)
    return suggest(
        tr("The camera or the subject moved by about {} px.", number_text(found.size, 0)),
        "Motion Blur");
  if (found.kind == BlurKind::softness)
    return suggest(tr("Soft by about {} px.", pixels),
                   found.size <= a_little_soft ? "Standard" : "Lens Blur V2");
  if (!found.varies) return suggest(tr("Out of focus by about {} px.", pixels), "Lens Blur V2");
  const std::string text = tr("Out of focus by about {} px in {} percent of the picture.", pixels,
                              number_text(found.part * 100, 0));
  if (found.size > hardly_undone)
    return suggest_paid(text + " " + _("That is hard to undo on this computer."));
  return suggest(text, found.part < only_a_part ? "Refocus" : "Lens Blur V2");
}

}  // namespace

Suggestion suggestion_from(const std::string& options_json) {
  const auto found = found_blur(options_json);
  if (!found) return {_("This picture could not be analysed."), nullptr, false};
  Suggestion suggestion;
  if (found->outcome == BlurOutcome::left) {
    suggestion = suggest_paid(_("Blurred, but nothing that this computer can undo."));
  } else if (found->outcome != BlurOutcome::undone) {
    suggestion.text = _("Already sharp: nothing has to be corrected.");
  } else {
    suggestion = for_blur(*found);
  }
  if (found->noise >= visible_noise)
    suggestion.text += std::string(" ") + _("It is noisy, too: try a higher Denoise.");
  return suggestion;
}

}  // namespace sharpen

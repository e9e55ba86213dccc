#include "client/providers/submit_error.h"

#include <glib.h>

#include <algorithm>
#include <array>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "client/providers/models.h"
#include "client/providers/service.h"

namespace sharpen {
namespace {

bool mentions(const std::string& text, std::initializer_list<const char*> words) {
  const OwnedChars lower(g_utf8_strdown(text.c_str(), -1));
  return std::ranges::any_of(
      words, [&](const char* word) { return std::string_view(lower.get()).contains(word); });
}

/// Whether the answer speaks of the model, and not of a number, the picture or the address.
bool is_about_the_model(const HttpAnswer& answer, const Model* model) {
  if (answer.status != 400 && answer.status != 404 && answer.status != 410) return false;
  const std::string quote = message_in(answer.body, {});
  if (mentions(quote, {"deprecated", "retired", "withdrawn", "no longer available"})) return true;
  return model && model->is_deprecated() && (quote.empty() || mentions(quote, {"mode"}));
}

}  // namespace

Error submit_error_of(const HttpAnswer& answer, const ErrorContext& context,
                      std::string_view base_url, const std::string& name) {
  Error error = error_of(answer, context);
  const char* service = _(title_of(context.service));
  const Model* model = find_model(name);
  if (is_about_the_model(answer, model)) {
    error.kind = ErrorKind::model_withdrawn;
    error.message = tr("{} has withdrawn the model {}.", service, name) + quoted(answer, context);
    const Model* replacement = model ? model->replacement_at(context.service) : nullptr;
    error.hint = replacement ? tr("Nothing was charged. Choose {} instead.", replacement->name)
                             : std::string(_("Nothing was charged. Choose another model."));
  } else if (answer.status == 404) {
    error.kind = ErrorKind::refused;
    error.message = tr("There is no sharpen service at {}.", base_url) + quoted(answer, context);
    error.hint = _("Check the address of the service.");
  }
  return error;
}

}  // namespace sharpen

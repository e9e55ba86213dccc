#include "ui/widgets/text.h"

#include <glib.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/glib_error.h"
#include "base/glib_ref.h"
#include "base/i18n.h"
#include "client/providers/found_blur.h"

namespace sharpen {
namespace {

struct DateTimeUnref {
  void operator()(GDateTime* time) const { g_date_time_unref(time); }
};
using DateTime = std::unique_ptr<GDateTime, DateTimeUnref>;

/// What was undone, in a photographer's words.
std::string undone_text(const FoundBlur& found) {
  const std::string size = number_text(found.size, 1);
  switch (found.kind) {
    case BlurKind::softness:
      return tr("Soft by {} px, corrected", size);
    case BlurKind::motion:
      return tr("Moved by {} px at {} degrees, corrected", size, number_text(found.angle, 0));
    case BlurKind::shake:
      return tr("Camera shaken over {} px, corrected", number_text(found.size, 0));
    case BlurKind::defocus:
    case BlurKind::automatic:
      break;
  }
  if (!found.varies) return tr("Out of focus by {} px, corrected", size);
  // TRANSLATORS: how far out of focus, and how much of the picture
  return tr("Out of focus by about {} px in {} percent of the picture, corrected", size,
            number_text(100 * found.part, 0));
}

std::string format_time(const DateTime& time, const char* format) {
  const OwnedChars text(g_date_time_format(time.get(), format));
  return text ? text.get() : "";
}

}  // namespace

std::string megapixel_text(std::uint32_t width, std::uint32_t height) {
  const double megapixels = double(width) * double(height) / 1e6;
  // TRANSLATORS: megapixels
  return tr("{} MP", number_text(megapixels, megapixels < 0.1 ? 2 : 1));
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<long>(std::max(0.0, std::ceil(seconds)));
  // TRANSLATORS: seconds, minutes, hours, as short as possible
  if (whole < 60) return tr("{} s", whole);
  if (whole < 3600) {
    return whole % 60 ? tr("{} min {} s", whole / 60, whole % 60) : tr("{} min", whole / 60);
  }
  return tr("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string time_text(std::int64_t unix_seconds) {
  const DateTime time(g_date_time_new_from_unix_local(unix_seconds));
  const DateTime now(g_date_time_new_now_local());
  if (!time || !now) return {};
  const DateTime yesterday(g_date_time_add_days(now.get(), -1));
  const auto same_day = [&](const DateTime& other) {
    return format_time(time, "%F") == format_time(other, "%F");
  };
  const std::string clock = format_time(time, "%H:%M");
  if (same_day(now)) return tr("today {}", clock);
  if (same_day(yesterday)) return tr("yesterday {}", clock);
  return format_time(time, "%x") + " " + clock;
}

std::string model_title(const std::string& model) {
  if (const Model* known = find_model(model)) return _(known->title);
  return model.starts_with("other:") ? model.substr(6) : model;
}

std::string finding_text(const std::string& options_json) {
  const auto found = found_blur(options_json);
  if (!found) return summary_in(options_json);
  // TRANSLATORS: two sentences
  const auto both = [](const std::string& a, const std::string& b) { return tr("{}. {}", a, b); };
  if (found->outcome == BlurOutcome::left)
    return both(_("Blurred, but nothing that can be undone safely"),
                _("Try Blur by hand, another model, a part of the picture, or a service that "
                  "redraws what is lost"));
  if (found->outcome == BlurOutcome::sharp)
    return both(_("Already sharp; nothing was changed"),
                _("A Strength above 0.5 emphasises edges anyway"));
  const std::string done = found->outcome == BlurOutcome::edges
                               ? _("No blur was undone; edges were emphasised")
                               : undone_text(*found);
  if (!found->no_subject) return done;
  return both(done, _("No subject stands out, so the whole picture was sharpened"));
}

std::string host_of(const std::string& url) {
  const auto uri = Ref<GUri>::adopt(g_uri_parse(url.c_str(), G_URI_FLAGS_NONE, nullptr));
  const char* host = uri ? g_uri_get_host(uri.get()) : nullptr;
  return host ? host : url;
}

std::string markup_escaped(const std::string& text) {
  const OwnedChars markup(g_markup_escape_text(text.data(), static_cast<gssize>(text.size())));
  return markup.get();
}

}  // namespace sharpen

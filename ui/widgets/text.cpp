#include "ui/widgets/text.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string_view>

#include "base/glib_error.h"
#include "base/glib_ref.h"
#include "base/i18n.h"

namespace sharpen {
namespace {

struct DateTimeUnref {
  void operator()(GDateTime* time) const { g_date_time_unref(time); }
};
using DateTime = std::unique_ptr<GDateTime, DateTimeUnref>;

/// What service/engine/pipeline.cpp says, with its numbers left out, in a photographer's words.
struct Finding {
  std::string_view said;
  const char* text;
  const char* advice = nullptr;  ///< what to do if somebody wants more
};
constexpr Finding findings[] = {
    {"already sharp, nothing changed", N_("Already sharp; nothing was changed"),
     N_("; a Strength above 0.5 emphasises edges anyway")},
    {"blurred, nothing that can be undone safely",
     N_("Blurred, but nothing that can be undone safely"),
     N_("; try Blur by hand, another model, a part of the picture, or a service that redraws what "
        "is "
        "lost")},
    {"blurred, edges emphasised", N_("Blurred; edges were emphasised")},
    {"out of focus by about {} px, corrected, {} % blurred",
     // TRANSLATORS: how far out of focus, and how much of the picture
     N_("Out of focus by about {} px in {} percent of the picture, corrected")},
    {"already sharp, edges emphasised", N_("Already sharp; edges were emphasised")},
    {"defocus, radius {} px, noise {}", N_("Out of focus by {} px, corrected")},
    {"softness, sigma {} px, noise {}", N_("Soft by {} px, corrected")},
    {"motion, length {} px at {} degrees, noise {}", N_("Moved by {} px at {} degrees, corrected")},
    {"shake, path of {} px, noise {}", N_("Camera shaken over {} px, corrected")},
    {"mixed focus, {} % blurred by a radius of {} to {} px, noise {}",
     // TRANSLATORS: part of the picture, and how far it is out of focus
     N_("{} percent of the picture out of focus by {} to {} px, corrected")},
};
constexpr const char* no_subject =
    N_(", no subject stands out, so the whole picture was sharpened");

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

std::string finding_text(const std::string& summary) {
  std::string_view rest = summary;
  const bool alone = rest.ends_with(no_subject);
  if (alone) rest.remove_suffix(std::string_view(no_subject).size());
  std::string form;
  std::array<std::string, 4> numbers;
  for (std::size_t count = 0; !rest.empty();) {
    const auto length = std::min(rest.find_first_not_of("0123456789."), rest.size());
    if (length == 0 || count == numbers.size()) {
      form += rest.front();
      rest.remove_prefix(1);
      continue;
    }
    const std::string number(rest.substr(0, length));
    const auto point = std::min(number.find('.'), length - 1);
    numbers[count++] =
        number_text(g_ascii_strtod(number.c_str(), nullptr), int(length - 1 - point));
    form += "{}";
    rest.remove_prefix(length);
  }
  const auto* known = std::ranges::find(findings, std::string_view(form), &Finding::said);
  if (known == std::end(findings)) return summary;
  return tr(known->text, numbers[0], numbers[1], numbers[2], numbers[3]) +
         (known->advice ? _(known->advice) : "") + (alone ? _(no_subject) : "");
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

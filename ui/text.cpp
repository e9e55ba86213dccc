#include "ui/text.h"

#include <glib.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/glib_error.h"
#include "base/glib_ref.h"
#include "base/i18n.h"

namespace sharpen {
namespace {

struct DateTimeUnref {
  void operator()(GDateTime* time) const { g_date_time_unref(time); }
};
using DateTime = std::unique_ptr<GDateTime, DateTimeUnref>;

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

std::string host_of(const std::string& url) {
  const auto uri = Ref<GUri>::adopt(g_uri_parse(url.c_str(), G_URI_FLAGS_NONE, nullptr));
  const char* host = uri ? g_uri_get_host(uri.get()) : nullptr;
  return host ? host : url;
}

std::string escaped(const std::string& text) {
  const OwnedChars markup(g_markup_escape_text(text.data(), static_cast<gssize>(text.size())));
  return markup.get();
}

}  // namespace sharpen

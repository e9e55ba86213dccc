#include <algorithm>
#include <cmath>

#include "base/i18n.h"
#include "base/number_text.h"
#include "client/providers/service.h"

namespace sharpen {
namespace {

// Both examples of the AI/ML API's topaz pages spent 210 000 of its credits at 2 000 000 a dollar;
// steps by size are not published, so Topaz' own stand in where its list of models quotes no price.
constexpr double aimlapi_usd_per_step = 0.105;

bool is_whole(double value) { return std::abs(value - std::round(value)) < 1e-6; }

/// What chooses the plural form of a number as it is shown: with decimals it is never singular.
unsigned long plural_count(double shown) {
  return is_whole(shown) ? static_cast<unsigned long>(std::abs(std::round(shown))) : 2;
}

}  // namespace

Price offline_price(ServiceKind service, std::uint32_t width, std::uint32_t height,
                    const Settings& settings) {
  if (service == ServiceKind::this_computer)
    return {.amount = 0, .unit = "credits", .seconds = {}, .confirmed = true};
  const std::string name = wire_model(settings);
  const Model* model = find_model(name);
  const double step = model ? model->megapixels_per_credit : is_generative_model(name) ? 20 : 24;
  const double megapixels = double(width) * double(height) / 1e6;
  const double steps = std::max(1.0, std::ceil(megapixels / step));
  if (service == ServiceKind::aimlapi)
    return {.amount = steps * aimlapi_usd_per_step, .unit = "USD", .seconds = {}};
  return {.amount = steps, .unit = "credits", .seconds = {}};
}

std::string amount_text(double amount, const std::string& unit) {
  if (unit == "USD") return tr("${}", number_text(amount, is_whole(amount * 100) ? 2 : 3));
  const std::string number = number_text(amount, is_whole(amount) ? 0 : 2);
  if (unit != "credits") return number + " " + unit;
  return trn("{} credit", "{} credits", plural_count(amount), number);
}

}  // namespace sharpen

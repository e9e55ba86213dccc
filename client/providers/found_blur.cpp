#include "client/providers/found_blur.h"

#include <cmath>

#include "base/json.h"
#include "base/one_line.h"

namespace sharpen {
namespace {

BlurKind kind_of(std::string_view family) {
  // A radius that varies has a mean, and that is where one radius for all begins.
  if (family == "disk" || family == "mixed") return BlurKind::defocus;
  if (family == "gauss") return BlurKind::softness;
  if (family == "motion") return BlurKind::motion;
  if (family == "shake") return BlurKind::shake;
  return BlurKind::automatic;
}

BlurOutcome outcome_from(std::string_view word, std::string_view family) {
  if (word == "left") return BlurOutcome::left;
  if (word != "undone") return BlurOutcome::sharp;
  return family == "none" ? BlurOutcome::edges : BlurOutcome::undone;
}

}  // namespace

std::optional<FoundBlur> found_blur(const std::string& options_json) {
  const auto json = Json::parse(options_json);
  const auto family = json ? (*json)["family"].string() : std::nullopt;
  const auto outcome = json ? (*json)["outcome"].string() : std::nullopt;
  if (!family || !outcome) return {};
  FoundBlur found{.outcome = outcome_from(*outcome, *family), .kind = kind_of(*family)};
  found.size = (*json)["size"].number().value_or(0);
  const double angle = std::fmod((*json)["angle"].number().value_or(0), 180);
  found.angle = angle < 0 ? angle + 180 : angle;
  found.varies = *family == "mixed";
  found.part = (*json)["part"].number().value_or(1);
  found.noise = (*json)["noise"].number().value_or(0);
  found.no_subject = !(*json)["subject_found"].boolean().value_or(true);
  return found;
}

std::string summary_in(const std::string& options_json) {
  const auto json = Json::parse(options_json);
  std::string summary = json ? (*json)["summary"].string().value_or("") : "";
  constexpr std::size_t longest = 300;
  if (summary.size() > longest) return {};
  return one_line(std::move(summary));
}

}  // namespace sharpen

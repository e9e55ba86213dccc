#include "service/engine/pipeline.h"

#include <algorithm>
#include <format>

#include "service/engine/analysis.h"
#include "service/engine/parallel.h"

namespace sharpen::engine {
namespace {

constexpr double kLookPart = 0.08;

std::string describe(const Analysis& found) {
  const double noise = found.noise * 255;
  if (!found.map.empty()) {
    return std::format(
        "mixed focus, {:.0f} % blurred by a radius of {:.1f} to {:.1f} px, noise {:.1f}",
        100 * found.map.blurred_part(), found.map.radius_at(0.1), found.map.radius_at(0.9), noise);
  }
  switch (found.blur.family) {
    case Family::none:
      return "already sharp, nothing changed";
    case Family::disk:
      return std::format("defocus, radius {:.1f} px, noise {:.1f}", found.blur.size, noise);
    case Family::gauss:
      return std::format("softness, sigma {:.1f} px, noise {:.1f}", found.blur.size, noise);
    case Family::motion:
      return std::format("motion, length {:.1f} px at {:.0f} degrees, noise {:.1f}",
                         found.blur.size, found.blur.angle, noise);
  }
  return {};
}

/// What the settings make of the findings. Each number is monotone: more strength is sharper, more
/// of the others is smoother.
Plan make_plan(const Analysis& found, const ModelTraits& model, const Settings& settings,
               const std::array<ToneCurve, 3>& tones) {
  Plan plan;
  plan.blur = found.blur;
  plan.map = found.map.empty() ? nullptr : &found.map;
  plan.how = settings.fast ? Deconvolution::fast() : Deconvolution::quality();
  plan.how.noise = static_cast<float>(found.noise);
  plan.how.linear_light = found.linear_light;
  plan.how.tones = tones;
  const double strength = settings.strength.value_or(0.5);
  plan.amount = std::min(1.0, 2 * strength) * model.full_amount;
  plan.overshoot = std::max(0.0, 2 * strength - 1);
  if (settings.minor_denoise) {
    plan.how.threshold *= static_cast<float>(0.85 + 0.6 * *settings.minor_denoise);
    plan.how.end_noise *= static_cast<float>(0.9 + 0.9 * *settings.minor_denoise);
  }
  if (settings.denoise_strength) {
    // Below what was measured the inverse would show the noise it lifts, hence the small way down.
    plan.how.noise *= static_cast<float>(0.95 + 1.3 * *settings.denoise_strength);
    plan.how.chroma = static_cast<float>(0.8 + 1.2 * *settings.denoise_strength);
  }
  return plan;
}

}  // namespace

Result<Report> sharpen_pixels(const PixelStore& picture, const Box& area, const ModelTraits& model,
                              const Settings& settings, const RowSink& sink,
                              const Progress& progress, const std::stop_token& stop) {
  const unsigned threads = thread_count(settings.threads);
  const auto tones = tone_curves(picture.info().icc_profile);
  auto found = analyse(picture, model, tones, threads, stop);
  if (!found) return fail(std::move(found));
  if (progress) progress(kLookPart);

  Result<void> drawn;
  if (found->blur.family == Family::none) {
    drawn = copy_rows(picture, area, sink);
  } else {
    drawn = render(
        picture, area, make_plan(*found, model, settings, tones), threads, sink,
        [&](double part) {
          if (progress) progress(kLookPart + (1 - kLookPart) * part);
        },
        stop);
  }
  if (!drawn) return fail(std::move(drawn));

  Report report;
  report.summary = describe(*found);
  report.family = found->map.empty() ? name_of(found->blur.family) : "mixed";
  report.size = found->blur.size;
  report.angle = found->blur.angle;
  report.noise = found->noise * 255;
  report.confidence = found->confidence;
  report.linear_light = found->linear_light;
  report.changed = found->blur.family != Family::none;
  return report;
}

}  // namespace sharpen::engine

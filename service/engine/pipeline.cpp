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

}  // namespace

Result<Report> sharpen_pixels(const PixelStore& picture, const Box& area, const ModelTraits& model,
                              const Settings& settings, const RowSink& sink,
                              const Progress& progress, const std::stop_token& stop) {
  const unsigned threads = thread_count(settings.threads);
  const auto tones = tone_curves(picture.info().icc_profile);
  auto found = analyse(picture, model, tones, threads, stop);
  if (!found) return fail(std::move(found));
  if (progress) progress(kLookPart);

  const double strength = settings.strength ? std::min(1.0, 2 * *settings.strength) : 1.0;
  Result<void> drawn;
  if (found->blur.family == Family::none) {
    drawn = copy_rows(picture, area, sink);
  } else {
    Deconvolution how = settings.fast ? Deconvolution::fast() : Deconvolution::quality();
    how.noise = static_cast<float>(found->noise);
    how.linear_light = found->linear_light;
    how.tones = tones;
    drawn = render(
        picture, area, found->blur, how, strength * model.full_amount, threads, sink,
        [&](double part) {
          if (progress) progress(kLookPart + (1 - kLookPart) * part);
        },
        stop);
  }
  if (!drawn) return fail(std::move(drawn));

  Report report;
  report.summary = describe(*found);
  report.family = name_of(found->blur.family);
  report.size = found->blur.size;
  report.angle = found->blur.angle;
  report.noise = found->noise * 255;
  report.confidence = found->confidence;
  report.linear_light = found->linear_light;
  report.changed = found->blur.family != Family::none;
  return report;
}

}  // namespace sharpen::engine

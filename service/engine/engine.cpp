#include "service/engine/engine.h"

#include <algorithm>
#include <format>

#include "service/engine/analysis.h"
#include "service/engine/models.h"
#include "service/engine/parallel.h"
#include "service/engine/pixel_store.h"
#include "service/engine/render.h"

namespace sharpen::engine {
namespace {

constexpr double kReadPart = 0.06, kLookPart = 0.08;

Result<PixelStore> read_all(const std::filesystem::path& input, const Progress& progress,
                            const std::stop_token& stop) {
  auto reader = open_picture(input);
  if (!reader) return fail(std::move(reader));
  const PictureInfo& info = (*reader)->info();
  auto store = PixelStore::create(info);
  if (!store) return store;
  const std::uint32_t rows_at_once = std::clamp(
      static_cast<std::uint32_t>((1u << 20) / info.bytes_per_row()), 1u, std::max(info.height, 1u));
  std::vector<std::byte> rows(info.bytes_per_row() * rows_at_once);
  for (std::uint32_t y = 0; y < info.height;) {
    if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
    const auto wanted = std::min(rows_at_once, info.height - y);
    const std::span part(rows.data(), info.bytes_per_row() * wanted);
    auto got = (*reader)->read(part);
    if (!got) return fail(std::move(got));
    if (*got == 0) return fail(ErrorKind::bad_picture, "The picture ends too early.");
    if (auto kept = store->append(part.first(info.bytes_per_row() * *got)); !kept) {
      return fail(std::move(kept));
    }
    y += *got;
    if (progress) progress(kReadPart * y / info.height);
  }
  return store;
}

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

Result<Box> output_area(const PictureInfo& info, const std::optional<Crop>& crop) {
  if (!crop) return Box{0, 0, static_cast<int>(info.width), static_cast<int>(info.height)};
  const bool inside = crop->width > 0 && crop->height > 0 && crop->x < info.width &&
                      crop->y < info.height && crop->width <= info.width - crop->x &&
                      crop->height <= info.height - crop->y;
  if (!inside) {
    return fail(ErrorKind::refused, "The crop is not inside the picture.",
                "Choose a box within its borders.");
  }
  return Box{static_cast<int>(crop->x), static_cast<int>(crop->y), static_cast<int>(crop->width),
             static_cast<int>(crop->height)};
}

}  // namespace

Result<Report> sharpen_file(const std::filesystem::path& input, const std::filesystem::path& output,
                            FileFormat format, const Settings& settings, const Progress& progress,
                            std::stop_token stop) {
  const auto model = find_model(settings.model);
  if (!model) {
    return fail(ErrorKind::refused,
                std::format("The model \"{}\" is not offered on this computer.", settings.model),
                "Choose Standard, Strong, Natural, Lens Blur, Lens Blur V2, Motion Blur or "
                "Refocus.");
  }
  auto picture = read_all(input, progress, stop);
  if (!picture) return fail(std::move(picture));
  const PictureInfo& info = picture->info();
  const auto area = output_area(info, settings.crop);
  if (!area) return fail(Result<Box>(area));

  const unsigned threads = thread_count(settings.threads);
  const auto tones = tone_curves(info.icc_profile);
  auto found = analyse(*picture, *model, tones, threads, stop);
  if (!found) return fail(std::move(found));
  if (progress) progress(kReadPart + kLookPart);

  PictureInfo written = info;
  written.width = static_cast<std::uint32_t>(area->width);
  written.height = static_cast<std::uint32_t>(area->height);
  written.jpeg_luma_table.reset();
  auto writer = create_picture(output, format, written, {.threads = threads});
  if (!writer) return fail(std::move(writer));
  const RowSink sink = [&](std::span<const std::byte> rows) { return (*writer)->write(rows); };

  const double strength = settings.strength ? std::min(1.0, 2 * *settings.strength) : 1.0;
  Result<void> drawn;
  if (found->blur.family == Family::none) {
    drawn = copy_rows(*picture, *area, sink);
  } else {
    Deconvolution how = settings.fast ? Deconvolution::fast() : Deconvolution::quality();
    how.noise = static_cast<float>(found->noise);
    how.linear_light = found->linear_light;
    how.tones = tones;
    drawn = render(
        *picture, *area, found->blur, how, strength * model->full_amount, threads, sink,
        [&](double part) {
          const double before = kReadPart + kLookPart;
          if (progress) progress(before + (1 - before) * part);
        },
        stop);
  }
  if (!drawn) return fail(std::move(drawn));
  if (auto finished = (*writer)->finish(); !finished) return fail(std::move(finished));
  if (progress) progress(1);

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

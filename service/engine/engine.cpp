#include "service/engine/engine.h"

#include <algorithm>
#include <format>

#include "service/engine/decode/pixel_store.h"
#include "service/engine/math/parallel.h"
#include "service/engine/models.h"
#include "service/engine/pipeline.h"
#include "service/engine/recent.h"

namespace sharpen::engine {
namespace {

constexpr double kReadPart = 0.06;

Result<PixelStore> read_all(const std::filesystem::path& input, const std::filesystem::path& spool,
                            const Progress& progress, const std::stop_token& stop) {
  auto reader = open_picture(input);
  if (!reader) return fail(std::move(reader));
  const PictureInfo& info = (*reader)->info();
  auto store = PixelStore::create(info, spool);
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

Result<Report> sharpen_into(const std::filesystem::path& output, FileFormat format,
                            const PixelStore& picture, Known& known, const ModelTraits& model,
                            const Settings& settings, const Progress& progress,
                            const std::stop_token& stop) {
  const PictureInfo& info = picture.info();
  const auto area = output_area(info, settings.crop);
  if (!area) return std::unexpected(area.error());
  PictureInfo written = info;
  written.width = static_cast<std::uint32_t>(area->width);
  written.height = static_cast<std::uint32_t>(area->height);
  written.jpeg_luma_table.reset();
  auto writer =
      create_picture(output, format, written, {.threads = thread_count(settings.threads)});
  if (!writer) return fail(std::move(writer));
  auto report = sharpen_pixels(
      picture, *area, model, settings,
      [&](std::span<const std::byte> rows) { return (*writer)->write(rows); },
      [&](double part) {
        if (progress) progress(kReadPart + (1 - kReadPart) * part);
      },
      stop, known);
  if (!report) return report;
  if (auto finished = (*writer)->finish(); !finished) return fail(std::move(finished));
  if (progress) progress(1);
  return report;
}

}  // namespace

BlurKind blur_kind(std::string_view word) {
  if (word == "defocus") return BlurKind::defocus;
  if (word == "motion") return BlurKind::motion;
  if (word == "softness") return BlurKind::softness;
  if (word == "shake") return BlurKind::shake;
  return BlurKind::automatic;
}

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::sharp:
      return "sharp";
    case Outcome::undone:
      return "undone";
    case Outcome::left:
      return "left";
  }
  return "sharp";
}

Result<Report> sharpen_file(const std::filesystem::path& input, const std::filesystem::path& output,
                            FileFormat format, const Settings& settings, const Progress& progress,
                            std::stop_token stop, Recent* recent) {
  const auto model = find_model(settings.model);
  if (!model) {
    return fail(ErrorKind::refused,
                std::format("The model \"{}\" is not offered on this computer.", settings.model),
                "Choose Standard, Strong, Natural, Lens Blur, Lens Blur V2, Motion Blur or "
                "Refocus.");
  }
  const auto read = [&] { return read_all(input, output.parent_path(), progress, stop); };
  if (recent) {
    const auto turn = recent->take(input, stop, read);
    if (!turn) return std::unexpected(turn.error());
    Recent::Picture& picture = **turn;
    return sharpen_into(output, format, picture.pixels, picture.known, *model, settings, progress,
                        stop);
  }
  const auto pixels = read();
  if (!pixels) return std::unexpected(pixels.error());
  Known nothing(0);
  return sharpen_into(output, format, *pixels, nothing, *model, settings, progress, stop);
}

}  // namespace sharpen::engine

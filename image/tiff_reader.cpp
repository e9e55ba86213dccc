#include <algorithm>
#include <format>
#include <optional>
#include <span>
#include <vector>

#include "image/formats.h"
#include "image/tiff_rows.h"
#include "image/tiff_samples.h"

namespace sharpen {
namespace {

constexpr int kMaxStoredSamples = 8;

bool reads_compression(std::uint16_t compression) {
  constexpr auto kKnown = std::to_array<std::uint16_t>(
      {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_PACKBITS, COMPRESSION_DEFLATE,
       COMPRESSION_ADOBE_DEFLATE, COMPRESSION_JPEG, COMPRESSION_ZSTD});
  return std::ranges::contains(kKnown, compression);
}

/// The first of the samples behind the colours that is alpha; all others are dropped.
void find_alpha(const TiffFile& file, int colours, TiffSamples& samples) {
  std::uint16_t count = 0;
  std::uint16_t* kinds = nullptr;
  if (TIFFGetField(file.get(), TIFFTAG_EXTRASAMPLES, &count, &kinds) != 1) return;
  const auto extra = std::span(kinds, count);
  const auto alpha = std::ranges::find_if(extra, [](std::uint16_t kind) {
    return kind == EXTRASAMPLE_ASSOCALPHA || kind == EXTRASAMPLE_UNASSALPHA;
  });
  const auto at = colours + static_cast<int>(alpha - extra.begin());
  if (alpha == extra.end() || at >= samples.stored) return;
  samples.alpha_at = at;
  samples.premultiplied = *alpha == EXTRASAMPLE_ASSOCALPHA;
  ++samples.channels;
}

std::vector<std::uint8_t> read_palette(const TiffFile& file, int bits) {
  std::array<std::uint16_t*, 3> maps = {};
  if (TIFFGetField(file.get(), TIFFTAG_COLORMAP, &maps[0], &maps[1], &maps[2]) != 1) return {};
  const std::size_t colours = std::size_t{1} << bits;
  // Some old writers stored 8 bits where the standard says 16.
  const bool wide = std::ranges::any_of(maps, [&](const std::uint16_t* map) {
    return std::any_of(map, map + colours, [](std::uint16_t value) { return value > 255; });
  });
  std::vector<std::uint8_t> palette;
  for (std::size_t i = 0; i < colours; ++i)
    for (const std::uint16_t* map : maps)
      palette.push_back(static_cast<std::uint8_t>(wide ? map[i] >> 8 : map[i]));
  return palette;
}

std::vector<std::byte> read_profile(const TiffFile& file) {
  std::uint32_t count = 0;
  void* profile = nullptr;
  if (TIFFGetField(file.get(), TIFFTAG_ICCPROFILE, &count, &profile) != 1) return {};
  const auto* bytes = static_cast<const std::byte*>(profile);
  return {bytes, bytes + count};
}

Result<TiffSamples> read_samples(const TiffFile& file) {
  const auto refuse = [](std::string_view kind) {
    return std::unexpected(unsupported(FileFormat::tiff, kind));
  };
  const auto compression = file.field<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  if (!reads_compression(compression)) return refuse("compression");

  TiffSamples samples;
  samples.stored_bits = file.field<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
  samples.stored = file.field<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
  samples.apart =
      samples.stored > 1 &&
      file.field<std::uint16_t>(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE;
  const auto format = file.field<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  if (format == SAMPLEFORMAT_IEEEFP) return refuse("floating point");
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) return refuse("sample format");
  if (!std::ranges::contains(std::to_array({1, 2, 4, 8, 16}), samples.stored_bits))
    return refuse(std::format("{} bits", samples.stored_bits));
  if (samples.stored < 1 || samples.stored > kMaxStoredSamples) return refuse("samples");
  samples.bits = std::max(8, samples.stored_bits);

  std::uint16_t photometric = 0;
  if (TIFFGetField(file.get(), TIFFTAG_PHOTOMETRIC, &photometric) != 1)
    return refuse("no photometric interpretation");
  if (photometric == PHOTOMETRIC_YCBCR && compression == COMPRESSION_JPEG) {
    TIFFSetField(file.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    photometric = PHOTOMETRIC_RGB;
  }
  int colours = 1;
  switch (photometric) {
    case PHOTOMETRIC_MINISWHITE:
      samples.inverted = true;
      break;
    case PHOTOMETRIC_MINISBLACK:
      break;
    case PHOTOMETRIC_RGB:
      colours = 3;
      break;
    case PHOTOMETRIC_PALETTE:
      if (samples.stored_bits <= 8) samples.palette = read_palette(file, samples.stored_bits);
      if (samples.palette.empty()) return refuse("palette");
      break;
    case PHOTOMETRIC_SEPARATED:
      return refuse("CMYK");
    default:
      return refuse("photometric interpretation");
  }
  if (samples.stored < colours) return refuse("samples");
  samples.channels = samples.palette.empty() ? colours : 3;
  if (samples.palette.empty()) find_alpha(file, colours, samples);
  return samples;
}

class TiffReader final : public RowReader {
 public:
  [[nodiscard]] Result<void> open(const std::filesystem::path& path, const PictureLimits& limits);

 protected:
  Result<void> read_rows(std::byte* rows, std::uint32_t count) override;

 private:
  std::vector<TiffRows> planes_;
  std::optional<TiffRowConverter> converter_;  ///< none if the stored rows are the result
};

Result<void> TiffReader::open(const std::filesystem::path& path, const PictureLimits& limits) {
  auto file = TiffFile::open_to_read(path);
  if (!file) return fail(std::move(file));
  info_.width = (*file)->field<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
  info_.height = (*file)->field<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  info_.icc_profile = read_profile(**file);
  if (auto done = check_limits(info_, limits); !done) return done;
  auto samples = read_samples(**file);
  if (!samples) return fail(std::move(samples));
  info_.channels = samples->channels;
  info_.bits = samples->bits;

  for (int plane = 0; plane < samples->planes(); ++plane) {
    auto of_plane = TiffFile::open_to_read(path);
    if (!of_plane) return fail(std::move(of_plane));
    auto rows =
        TiffRows::open(*std::move(of_plane),
                       static_cast<std::uint16_t>(samples->apart ? samples->stored_at(plane) : 0));
    if (!rows) return fail(std::move(rows));
    const int in_plane = samples->apart ? 1 : samples->stored;
    const std::uint64_t row_bits =
        std::uint64_t{info_.width} * static_cast<unsigned>(in_plane * samples->stored_bits);
    if (rows->bytes_per_row() != (row_bits + 7) / 8)
      return std::unexpected(unsupported(FileFormat::tiff, "layout of samples"));
    planes_.push_back(*std::move(rows));
  }
  if (!samples->plain()) converter_.emplace(*std::move(samples), info_.width);
  return {};
}

Result<void> TiffReader::read_rows(std::byte* rows, std::uint32_t count) {
  std::vector<std::span<const std::byte>> stored(planes_.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    std::byte* row = rows + i * info_.bytes_per_row();
    if (!converter_) {
      if (auto done = planes_[0].next(row); !done) return done;
      continue;
    }
    for (std::size_t plane = 0; plane < planes_.size(); ++plane) {
      auto next = planes_[plane].next();
      if (!next) return fail(std::move(next));
      stored[plane] = *next;
    }
    converter_->convert(stored, row);
  }
  return {};
}

}  // namespace

ReaderResult open_tiff(const std::filesystem::path& path, const PictureLimits& limits) {
  auto reader = std::make_unique<TiffReader>();
  if (auto done = reader->open(path, limits); !done) return fail(std::move(done));
  return reader;
}

}  // namespace sharpen

#include "plugin/export/source_snapshot.h"

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "client/jobs/spooled_upload.h"
#include "image/picture.h"

namespace sharpen {
namespace {

using EncodingName = std::array<char, 64>;

}  // namespace

Result<void> seal_rows(SourceSnapshot& snapshot) {
  const Babl* space = babl_format_get_space(snapshot.format.native);
  // sRGB is the space of a format that names none.
  int icc_bytes = 0;
  const char* icc = space == babl_space("sRGB") ? nullptr : babl_space_get_icc(space, &icc_bytes);
  const auto length = icc ? static_cast<std::size_t>(icc_bytes) : 0;
  if (auto added = snapshot.rows->append(std::as_bytes(std::span(icc, length))); !added)
    return added;
  EncodingName name{};
  std::string_view(babl_format_get_encoding(snapshot.format.native))
      .copy(name.data(), name.size() - 1);
  return snapshot.rows->append(std::as_bytes(std::span(name)));
}

namespace {

/// The format that seal_rows() wrote behind `pixels` pixels. Null if it was not reached.
Result<const Babl*> sealed_format(const RowSpool& rows, std::uint64_t pixels) {
  const auto size = rows.size();
  if (!size) return std::unexpected(size.error());
  EncodingName name{};
  if (*size < name.size()) return nullptr;
  const std::uint64_t icc_end = *size - name.size();
  if (auto read = rows.read(icc_end, std::as_writable_bytes(std::span(name))); !read)
    return fail(std::move(read));
  name.back() = '\0';
  if (!babl_format_exists(name.data())) return nullptr;
  const auto pixel_bytes = babl_format_get_bytes_per_pixel(babl_format(name.data()));
  const std::uint64_t icc_begin = pixels * static_cast<std::uint64_t>(pixel_bytes);
  constexpr std::uint64_t max_icc_bytes = PictureLimits().max_icc_bytes;
  if (icc_begin > icc_end || icc_end - icc_begin > max_icc_bytes) return nullptr;
  if (icc_begin == icc_end) return babl_format(name.data());
  std::vector<char> icc(icc_end - icc_begin);
  if (auto read = rows.read(icc_begin, std::as_writable_bytes(std::span(icc))); !read)
    return fail(std::move(read));
  const char* ignored = nullptr;
  const Babl* space = babl_space_from_icc(icc.data(), static_cast<int>(icc.size()),
                                          BABL_ICC_INTENT_RELATIVE_COLORIMETRIC, &ignored);
  return space ? babl_format_with_space(name.data(), space) : nullptr;
}

}  // namespace

Result<SourceSnapshot> load_snapshot(const std::filesystem::path& sent_file) {
  auto reader = open_picture(sent_file);
  if (!reader) return fail(std::move(reader));
  const PictureInfo& info = (*reader)->info();
  const int width = static_cast<int>(info.width), height = static_cast<int>(info.height);
  const auto file = pixels_file(sent_file);
  std::error_code none;
  if (std::filesystem::exists(file, none)) {
    auto rows = RowSpool::open_file(file);
    if (!rows) return fail(std::move(rows));
    const auto native = sealed_format(*rows, std::uint64_t{info.width} * info.height);
    if (!native) return std::unexpected(native.error());
    if (*native) {
      auto format = kept_format(*native, info.channels, info.bits, info.icc_profile);
      if (!format) return fail(std::move(format));
      return SourceSnapshot{std::move(*format), width, height, std::move(*rows)};
    }
  }
  auto format = file_format(info.channels, info.bits, info.icc_profile);
  if (!format) return fail(std::move(format));
  return SourceSnapshot{std::move(*format), width, height, {}};
}

}  // namespace sharpen

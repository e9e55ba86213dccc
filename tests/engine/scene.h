#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "image/picture.h"
#include "service/engine/decode/pixel_store.h"
#include "service/engine/engine.h"
#include "service/engine/estimate/blur_model.h"

namespace sharpen::engine::test {

/// Three planes of encoded values 0 … 1.
using Planes = std::array<Plane, 3>;

/// "Dead leaves": opaque disks of all sizes in random colours, which have edges, textures and a
/// spectrum much like those of photographs. The same for the same seed.
[[nodiscard]] Planes leaves(int width, int height, unsigned seed);

/// What a camera makes of it: the blur, in linear light or in encoded values, then noise (a
/// standard deviation in steps of 1/255).
[[nodiscard]] Planes photograph(const Planes& scene, const Plane& kernel, bool linear_light,
                                double noise, unsigned seed);

/// As 8-bit pixels of one or three channels.
[[nodiscard]] PixelStore store_of(std::span<const Plane> channels);

/// The peak signal to noise ratio in dB, without a border.
[[nodiscard]] double psnr(const Planes& picture, const Planes& truth, int border);

void write_picture(const std::filesystem::path& file, FileFormat format, const Planes& planes,
                   int channels = 3, int bits = 8, int jpeg_quality = 95);
[[nodiscard]] Planes read_picture(const std::filesystem::path& file);
/// All bytes of the decoded rows.
[[nodiscard]] std::vector<std::byte> read_rows(const std::filesystem::path& file);
[[nodiscard]] PictureInfo read_info(const std::filesystem::path& file);

/// A folder that is removed with its owner.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace sharpen::engine::test

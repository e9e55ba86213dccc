#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "service/engine/pipeline.h"

namespace sharpen::bench {

/// Planes of encoded values 0 … 1.
using Picture = std::vector<engine::Plane>;

/// One way to spoil a sharp picture.
struct Spoiling {
  std::string group;  ///< "in-family", "outside", "sharp" or "mixed"
  std::string
      blur;  ///< "disk4", "gauss1.5", "motion21_70", "hexagon4", "shake1", "varying", "none"
  bool linear = false;  ///< blurred in linear light
  double noise = 1;     ///< standard deviation in steps of 1/255
  int jpeg = 0;         ///< quality; 0: PNG
  std::string model = "Strong";
};

/// A spoiled picture with its truth, both without the border that the blur had to invent.
struct Cell {
  Picture truth, input;
  PictureInfo info;
  engine::Plane kernel;
};

/// The middle of a photograph (8-bit RGB).
[[nodiscard]] Picture read_photo(const std::filesystem::path& file, std::uint32_t side);
[[nodiscard]] Cell spoil(const Picture& photo, const Spoiling& how);
/// Ours, as the service runs it.
[[nodiscard]] Picture sharpen(const Cell& cell, const std::string& model, bool fast,
                              engine::Report& report);
/// Also for kernels that are not symmetric.
[[nodiscard]] engine::Plane convolve(const engine::Plane& picture, const engine::Plane& kernel);
[[nodiscard]] double psnr(const Picture& picture, const Picture& truth, int border);
void write_photo(const std::filesystem::path& file, const Picture& picture);

/// The textbook's Wiener filter and Richardson-Lucy, told the true blur and the domain, at the best
/// setting of a grid for this very picture; and an unsharp mask likewise.
struct Peer {
  std::string name;
  Picture result;
  double gain = 0;
};
[[nodiscard]] std::vector<Peer> oracles(const Cell& cell, bool linear, int border);

}  // namespace sharpen::bench

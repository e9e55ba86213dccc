// How the demo's blurred photograph is made from the sharp one: what a lens out of focus does (a
// disk in linear light), a little sensor noise, 8 bits. The same picture comes out each time.
//
//   blur-photo SHARP.jpg BLURRED.png

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <span>
#include <vector>

#include "image/picture.h"

namespace sharpen {
namespace {

constexpr double radius = 3.0;         // pixels
constexpr double noise = 1.0 / 255.0;  // standard deviation, in encoded values
constexpr unsigned seed = 20260101;

double to_linear(double encoded) {
  return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}
double to_encoded(double linear) {
  return linear <= 0.0031308 ? linear * 12.92 : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
}

/// One channel with a border that repeats its edge pixels.
class Plane {
 public:
  Plane(int width, int height, int border)
      : width_(width), height_(height), border_(border), values_(stride() * rows()) {}
  /// Pixels from (x, y) rightwards; both may lie in the border.
  [[nodiscard]] std::span<float> from(int x, int y) {
    return std::span(values_).subspan(static_cast<std::size_t>(y + border_) * stride() +
                                      static_cast<std::size_t>(x + border_));
  }
  void fill_border() {
    for (int y = 0; y < height_; ++y) {
      const auto row = from(-border_, y);
      const auto end = row.begin() + border_ + width_;
      std::fill(row.begin(), row.begin() + border_, row[static_cast<std::size_t>(border_)]);
      std::fill(end, end + border_, *(end - 1));
    }
    for (int y = 1; y <= border_; ++y) {
      std::ranges::copy(from(-border_, 0).first(stride()), from(-border_, -y).begin());
      std::ranges::copy(from(-border_, height_ - 1).first(stride()),
                        from(-border_, height_ - 1 + y).begin());
    }
  }

 private:
  [[nodiscard]] std::size_t stride() const {
    return static_cast<std::size_t>(width_ + 2 * border_);
  }
  [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(height_ + 2 * border_); }
  int width_, height_, border_;
  std::vector<float> values_;
};

struct Tap {
  int x, y;
  float weight;
};

/// The disk, each pixel weighted with the part of it that the disk covers.
std::vector<Tap> disk() {
  constexpr int fine = 16;
  const int reach = static_cast<int>(std::ceil(radius));
  std::vector<Tap> taps;
  float sum = 0;
  for (int y = -reach; y <= reach; ++y) {
    for (int x = -reach; x <= reach; ++x) {
      int covered = 0;
      for (int part = 0; part < fine * fine; ++part) {
        const double dx = x + (part % fine + 0.5) / fine - 0.5;
        const double dy = y + (part / fine + 0.5) / fine - 0.5;
        if (std::hypot(dx, dy) <= radius) ++covered;
      }
      if (covered == 0) continue;
      taps.push_back({x, y, static_cast<float>(covered)});
      sum += static_cast<float>(covered);
    }
  }
  for (Tap& tap : taps) tap.weight /= sum;
  return taps;
}

Result<std::vector<std::byte>> blurred(PictureReader& picture) {
  const PictureInfo info = picture.info();
  if (info.bits != 8) return fail(ErrorKind::bad_picture, "The photograph needs 8 bits a sample.");
  std::vector<std::byte> pixels(info.bytes_per_row() * info.height);
  if (auto rows = picture.read(pixels); !rows) return fail(std::move(rows));

  std::vector<float> linear_of(256);
  for (std::size_t value = 0; value < linear_of.size(); ++value) {
    linear_of[value] = static_cast<float>(to_linear(static_cast<double>(value) / 255));
  }
  const std::vector<Tap> taps = disk();
  std::mt19937 random(seed);
  std::normal_distribution<double> grain(0, noise);
  const auto channels = static_cast<std::size_t>(info.channels);
  const int width = static_cast<int>(info.width);
  const int height = static_cast<int>(info.height);
  Plane plane(width, height, static_cast<int>(std::ceil(radius)));
  std::vector<float> sums(info.width);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    for (int y = 0; y < height; ++y) {
      std::size_t at = static_cast<std::size_t>(y) * info.bytes_per_row() + channel;
      for (float& linear : plane.from(0, y).first(info.width)) {
        linear = linear_of[std::to_integer<std::size_t>(pixels[at])];
        at += channels;
      }
    }
    plane.fill_border();
    for (int y = 0; y < height; ++y) {
      std::ranges::fill(sums, 0.0F);
      for (const Tap& tap : taps) {
        const auto row = plane.from(tap.x, y + tap.y);
        for (std::size_t x = 0; x < sums.size(); ++x) sums[x] += tap.weight * row[x];
      }
      std::size_t at = static_cast<std::size_t>(y) * info.bytes_per_row() + channel;
      for (const float sum : sums) {
        const double value = to_encoded(sum) + grain(random);
        pixels[at] = static_cast<std::byte>(std::lround(std::clamp(value, 0.0, 1.0) * 255));
        at += channels;
      }
    }
  }
  return pixels;
}

Result<void> blur(const char* sharp, const char* output) {
  auto picture = open_picture(sharp);
  if (!picture) return fail(std::move(picture));
  auto pixels = blurred(**picture);
  if (!pixels) return fail(std::move(pixels));
  PictureInfo info = (*picture)->info();
  info.jpeg_luma_table.reset();
  auto writer = create_picture(output, FileFormat::png, info, {.png_level = 6});
  if (!writer) return fail(std::move(writer));
  if (auto written = (*writer)->write(*pixels); !written) return fail(std::move(written));
  return (*writer)->finish();
}

}  // namespace
}  // namespace sharpen

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() != 3) {
    std::fputs("Usage: blur-photo SHARP.jpg BLURRED.png\n", stderr);
    return 2;
  }
  if (auto done = sharpen::blur(arguments[1], arguments[2]); !done) {
    std::fprintf(stderr, "blur-photo: %s\n", done.error().text().c_str());
    return 1;
  }
}

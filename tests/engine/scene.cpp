#include "tests/engine/scene.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "service/engine/decode/tone.h"
#include "service/engine/deconvolve/tile.h"

namespace sharpen::engine::test {
namespace {

/// Uniform 0 … 1, the same with every standard library.
float uniform(std::mt19937& random) { return static_cast<float>(random() >> 8) / 16777216.0f; }

float normal(std::mt19937& random) {
  const float radius = std::sqrt(-2 * std::log(uniform(random) + 1e-9f));
  return radius * std::cos(6.2831853f * uniform(random));
}

Plane convolve(const Plane& picture, const Plane& kernel) {
  const int radius = kernel.width() / 2;
  const Fft fft(Fft::good_length(picture.width() + 2 * radius + 2),
                Fft::good_length(picture.height() + 2 * radius + 2));
  Plane padded(fft.width(), fft.height());
  pad_periodic(picture, padded);
  const HalfSpectrum transfer = complex_transfer(kernel, fft);
  HalfSpectrum spectrum(fft.width(), fft.height());
  fft.forward(padded, spectrum);
  for (std::size_t i = 0; i < spectrum.size(); ++i) spectrum.data()[i] *= transfer.data()[i];
  fft.inverse(spectrum, padded);
  const Box box = content_box(picture, padded);
  Plane blurred(picture.width(), picture.height());
  for (int y = 0; y < box.height; ++y) {
    std::copy_n(padded.row(box.y + y) + box.x, box.width, blurred.row(y));
  }
  return blurred;
}

}  // namespace

Planes leaves(int width, int height, unsigned seed) {
  std::mt19937 random(seed);
  Planes scene{Plane(width, height, 0.5f), Plane(width, height, 0.5f), Plane(width, height, 0.5f)};
  const int count = width * height / 25;
  for (int i = 0; i < count; ++i) {
    // The radii's density falls with their third power; large ones first leave room for small ones.
    const double part = (i + 0.5) / count;
    const double radius = 1.2 / std::sqrt(part + 1e-4);
    const double x = double(uniform(random)) * width, y = double(uniform(random)) * height;
    const float level = 0.08f + 0.84f * uniform(random);
    std::array<float, 3> colour;
    for (float& c : colour) {
      c = std::clamp(level + 0.16f * (uniform(random) - 0.5f), 0.02f, 0.98f);
    }
    const int reach = static_cast<int>(radius) + 2;
    for (int v = std::max(0, int(y) - reach); v < std::min(height, int(y) + reach + 1); ++v) {
      for (int u = std::max(0, int(x) - reach); u < std::min(width, int(x) + reach + 1); ++u) {
        const double inside = radius + 0.5 - std::hypot(u - x, v - y);
        const float cover = static_cast<float>(std::clamp(inside, 0.0, 1.0));
        for (std::size_t c = 0; c < 3; ++c) {
          float& value = scene[c].at(u, v);
          value += cover * (colour[c] - value);
        }
      }
    }
  }
  return scene;
}

Planes photograph(const Planes& scene, const Plane& kernel, bool linear_light, double noise,
                  unsigned seed) {
  const ToneCurve tone;
  std::mt19937 random(seed);
  Planes picture = scene;
  for (Plane& plane : picture) {
    if (linear_light) tone.linearise(plane.values());
    if (kernel.size() > 1) plane = convolve(plane, kernel);
    if (linear_light) tone.encode(plane.values());
    for (float& value : plane.values()) {
      value += static_cast<float>(noise / 255) * normal(random);
      value = std::round(std::clamp(value, 0.0f, 1.0f) * 255) / 255;
    }
  }
  return picture;
}

PixelStore store_of(std::span<const Plane> channels) {
  PictureInfo info;
  info.width = static_cast<std::uint32_t>(channels[0].width());
  info.height = static_cast<std::uint32_t>(channels[0].height());
  info.channels = static_cast<int>(channels.size());
  auto store = PixelStore::create(info, testing::TempDir());
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < channels[0].size(); ++i) {
    for (const Plane& plane : channels) {
      bytes.push_back(static_cast<std::byte>(plane.data()[i] * 255 + 0.5f));
    }
  }
  EXPECT_TRUE(store->append(bytes));
  return std::move(*store);
}

double psnr(const Planes& picture, const Planes& truth, int border) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    for (int y = border; y < truth[c].height() - border; ++y) {
      for (int x = border; x < truth[c].width() - border; ++x, ++count) {
        const double error = double(picture[c].at(x, y)) - double(truth[c].at(x, y));
        sum += error * error;
      }
    }
  }
  return -10 * std::log10(sum / double(count) + 1e-12);
}

void write_picture(const std::filesystem::path& file, FileFormat format, const Planes& planes,
                   int channels, int bits, int jpeg_quality) {
  PictureInfo info;
  info.width = static_cast<std::uint32_t>(planes[0].width());
  info.height = static_cast<std::uint32_t>(planes[0].height());
  info.channels = channels;
  info.bits = bits;
  auto writer = create_picture(file, format, info, {.jpeg_quality = jpeg_quality});
  ASSERT_TRUE(writer) << writer.error().text();
  std::vector<std::byte> row(info.bytes_per_row());
  const double white = bits == 8 ? 255 : 65535;
  const bool alpha = channels == 2 || channels == 4;
  for (int y = 0; y < planes[0].height(); ++y) {
    std::size_t at = 0;
    for (int x = 0; x < planes[0].width(); ++x) {
      for (int c = 0; c < channels; ++c) {
        const bool is_alpha = alpha && c == channels - 1;
        const double value = is_alpha ? (x % 7) / 6.0 : double(planes[std::size_t(c)].at(x, y));
        const auto sample = static_cast<unsigned>(std::clamp(value, 0.0, 1.0) * white + 0.5);
        const auto wide = static_cast<std::uint16_t>(sample);
        if (bits == 8) {
          row[at++] = static_cast<std::byte>(sample);
        } else {
          std::copy_n(reinterpret_cast<const std::byte*>(&wide), 2, row.begin() + long(at));
          at += 2;
        }
      }
    }
    ASSERT_TRUE((*writer)->write(row));
  }
  ASSERT_TRUE((*writer)->finish());
}

PictureInfo read_info(const std::filesystem::path& file) {
  const auto reader = open_picture(file);
  return reader ? (*reader)->info() : PictureInfo{};
}

std::vector<std::byte> read_rows(const std::filesystem::path& file) {
  auto reader = open_picture(file);
  if (!reader) return {};
  const PictureInfo info = (*reader)->info();
  std::vector<std::byte> rows(info.bytes_per_row() * info.height);
  for (std::uint32_t y = 0; y < info.height;) {
    const auto got = (*reader)->read(std::span(rows).subspan(y * info.bytes_per_row()));
    if (!got || *got == 0) return {};
    y += *got;
  }
  return rows;
}

Planes read_picture(const std::filesystem::path& file) {
  const PictureInfo info = read_info(file);
  const auto rows = read_rows(file);
  const int width = int(info.width), height = int(info.height);
  Planes planes{Plane(width, height), Plane(width, height), Plane(width, height)};
  for (std::size_t i = 0; i < planes[0].size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      planes[c].data()[i] =
          float(std::to_integer<int>(rows[i * std::size_t(info.channels) + c])) / 255.0f;
    }
  }
  return planes;
}

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "engine-test-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace sharpen::engine::test

#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <format>
#include <fstream>
#include <random>
#include <vector>

#include "image/picture.h"

namespace sharpen::testing {

using Bytes = std::vector<std::byte>;

/// A folder of this test alone, removed with it.
class TestFolder {
 public:
  TestFolder() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::format("{}-{}-{}", test->test_suite_name(), test->name(), ::getpid());
    for (char& c : name)
      if (c == '/') c = '_';
    path_ = std::filesystem::path(::testing::TempDir()) / name;
    std::filesystem::create_directories(path_);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

struct Picture {
  PictureInfo info;
  Bytes pixels;
};

/// Smooth areas, flat areas, edges and noise, so that every way of compressing has its share.
[[nodiscard]] inline Picture make_picture(std::uint32_t width, std::uint32_t height,
                                          int channels = 3, int bits = 8, unsigned seed = 1) {
  Picture picture{.info = {.width = width, .height = height, .channels = channels, .bits = bits},
                  .pixels = {}};
  std::mt19937 random(seed);
  const std::size_t samples = std::size_t{width} * height * static_cast<std::size_t>(channels);
  picture.pixels.reserve(samples * static_cast<std::size_t>(bits / 8));
  for (std::size_t i = 0; i < samples; ++i) {
    const std::size_t pixel = i / static_cast<std::size_t>(channels);
    const std::size_t x = pixel % width, y = pixel / width;
    unsigned value = 0x8000;
    if ((x / 32 + y / 32) % 3 == 1) value = static_cast<unsigned>(300 * x + 170 * y + 9000 * i);
    if ((x / 32 + y / 32) % 3 == 2) value = random();
    const auto sample = static_cast<std::uint16_t>(value);
    if (bits == 8) {
      picture.pixels.push_back(static_cast<std::byte>(sample >> 8));
    } else {
      const auto at = picture.pixels.size();
      picture.pixels.resize(at + 2);
      std::memcpy(picture.pixels.data() + at, &sample, 2);
    }
  }
  return picture;
}

/// Writes in portions of `rows_per_call`.
[[nodiscard]] inline Result<void> write_picture(const std::filesystem::path& file,
                                                FileFormat format, const Picture& picture,
                                                const WriteOptions& options = {},
                                                std::size_t rows_per_call = 7) {
  auto writer = create_picture(file, format, picture.info, options);
  if (!writer) return fail(std::move(writer));
  const std::size_t step = rows_per_call * picture.info.bytes_per_row();
  for (std::size_t at = 0; at < picture.pixels.size(); at += step) {
    const auto rows =
        std::span(picture.pixels).subspan(at, std::min(step, picture.pixels.size() - at));
    if (auto done = (*writer)->write(rows); !done) return done;
  }
  return (*writer)->finish();
}

/// Reads in portions of `rows_per_call` until the end.
[[nodiscard]] inline Result<Picture> read_picture(const std::filesystem::path& file,
                                                  const PictureLimits& limits = {},
                                                  std::size_t rows_per_call = 5) {
  auto reader = open_picture(file, limits);
  if (!reader) return fail(std::move(reader));
  Picture picture{.info = (*reader)->info(), .pixels = {}};
  const std::size_t row_bytes = picture.info.bytes_per_row();
  Bytes rows(rows_per_call * row_bytes);
  for (std::uint32_t y = 0; y < picture.info.height;) {
    const auto count = (*reader)->read(rows);
    if (!count) return std::unexpected(count.error());
    if (*count == 0) return fail(ErrorKind::internal, "no row, and yet no error");
    picture.pixels.insert(picture.pixels.end(), rows.begin(),
                          rows.begin() + static_cast<std::ptrdiff_t>(*count * row_bytes));
    y += *count;
  }
  return picture;
}

[[nodiscard]] inline Bytes file_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

inline void save_bytes(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
}

/// Bytes that look like a profile to those who look no further than its header.
[[nodiscard]] inline Bytes some_profile(std::size_t size) {
  std::mt19937 random(7);
  Bytes profile(size);
  for (auto& byte : profile) byte = static_cast<std::byte>(random());
  return profile;
}

}  // namespace sharpen::testing

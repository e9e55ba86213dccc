#include "plugin/export/alpha_fill.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "base/glib_ref.h"

namespace sharpen::testing {
namespace {

class AlphaFilled : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { gegl_init(nullptr, nullptr); }

  /// An 8-bit RGBA layer in which `colour(x, y)` gives each pixel.
  template <class Colour>
  AlphaFilled& layer(int width, int height, Colour colour) {
    box_ = {0, 0, width, height};
    const GeglRectangle all{0, 0, width, height};
    buffer_ = Ref<GeglBuffer>::adopt(gegl_buffer_new(&all, format_.native));
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const std::array<std::uint8_t, 4> pixel = colour(x, y);
        pixels_.insert(pixels_.end(), pixel.begin(), pixel.end());
      }
    gegl_buffer_set(buffer_.get(), &all, 0, format_.native, pixels_.data(), GEGL_AUTO_ROWSTRIDE);
    return *this;
  }

  /// What travels, filled in bands of 64 rows.
  std::vector<std::uint8_t> filled() {
    const auto pixels = pixels_.size() / 4;
    std::vector<std::uint8_t> wire(pixels * 3);
    for (std::size_t i = 0; i < pixels; ++i)
      std::copy_n(pixels_.begin() + static_cast<std::ptrdiff_t>(i * 4), 3,
                  wire.begin() + static_cast<std::ptrdiff_t>(i * 3));
    AlphaFill fill(buffer_.get(), box_, format_, {128, 128});
    while (!fill.look()) continue;
    const auto width = static_cast<std::size_t>(box_.width);
    for (int y = 0; y < box_.height; y += 64) {
      const int rows = std::min(64, box_.height - y);
      const std::size_t first = static_cast<std::size_t>(y) * width;
      const std::size_t count = static_cast<std::size_t>(rows) * width;
      for (int block = 0; block < fill.blocks(); ++block)
        fill.fill(block, y, rows, std::as_bytes(std::span(pixels_).subspan(first * 4, count * 4)),
                  std::as_writable_bytes(std::span(wire).subspan(first * 3, count * 3)));
    }
    return wire;
  }

  TransferFormat format_ = *file_format(4, 8, {});
  Rectangle box_;
  Ref<GeglBuffer> buffer_;
  std::vector<std::uint8_t> pixels_;
};

constexpr std::array<std::uint8_t, 4> red = {200, 10, 20, 255};
constexpr std::array<std::uint8_t, 4> nothing = {0, 255, 0, 0};

TEST(NearestKnown, IsAsNearAsItCanBe) {
  std::mt19937 random(5);
  constexpr int width = 41, height = 37;
  for (const unsigned one_of : {2u, 20u, 300u}) {
    std::vector<std::uint8_t> known(width * height);
    for (auto& cell : known) cell = random() % one_of == 0;
    known[7] = 1;
    const auto nearest = nearest_known(width, height, known);
    for (int i = 0; i < width * height; ++i) {
      const auto distance_to = [i](int j) {
        return std::hypot(i % width - j % width, i / width - j / width);
      };
      double best = std::numeric_limits<double>::max();
      for (int j = 0; j < width * height; ++j)
        if (known[static_cast<std::size_t>(j)]) best = std::min(best, distance_to(j));
      const int found = nearest[static_cast<std::size_t>(i)];
      ASSERT_TRUE(known[static_cast<std::size_t>(found)]);
      // Two sweeps may miss the nearest one by a fraction of a pixel.
      EXPECT_LE(distance_to(found), best + 0.5) << i;
    }
  }
}

TEST(NearestKnown, IsNoneWhereNothingIsKnown) {
  for (const std::int32_t found : nearest_known(5, 4, std::vector<std::uint8_t>(20)))
    EXPECT_EQ(found, -1);
}

TEST_F(AlphaFilled, AnEdgeGoesOnInItsOwnColour) {
  layer(90, 70, [](int x, int) { return x < 45 ? red : nothing; });
  const auto wire = filled();
  for (std::size_t i = 0; i < wire.size(); ++i) ASSERT_EQ(wire[i], red.at(i % 3)) << i;
}

TEST_F(AlphaFilled, WhatShowsKeepsItsColourHoweverLittle) {
  const auto colour = [](int x, int y) -> std::array<std::uint8_t, 4> {
    return {static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y), 7,
            static_cast<std::uint8_t>(x % 3)};
  };
  layer(80, 66, colour);
  const auto wire = filled();
  for (int y = 0; y < 66; ++y)
    for (int x = 0; x < 80; ++x) {
      if (x % 3 == 0) continue;
      const auto at = static_cast<std::size_t>(y * 80 + x) * 3;
      ASSERT_EQ(wire[at], x);
      ASSERT_EQ(wire[at + 1], y);
    }
}

TEST_F(AlphaFilled, FarFromEveryEdgeToo) {
  layer(64, 1000, [](int, int y) { return y < 100 ? red : nothing; });
  const auto wire = filled();
  for (std::size_t i = 0; i < wire.size(); ++i) ASSERT_NEAR(wire[i], red.at(i % 3), 2) << i;
}

TEST_F(AlphaFilled, AsideAsWellAsBelow) {
  layer(3000, 70, [](int x, int) { return x < 1000 ? red : nothing; });
  const auto wire = filled();
  for (std::size_t i = 0; i < wire.size(); ++i) ASSERT_EQ(wire[i], red.at(i % 3)) << i;
}

TEST_F(AlphaFilled, OneDotColoursAll) {
  layer(1200, 500, [](int x, int y) { return x == 1001 && y == 77 ? red : nothing; });
  const auto wire = filled();
  for (std::size_t i = 0; i < wire.size(); ++i) ASSERT_EQ(wire[i], red.at(i % 3)) << i;
}

TEST_F(AlphaFilled, ALayerOfNothingStaysAsItIs) {
  layer(70, 70, [](int, int) { return nothing; });
  const auto wire = filled();
  for (std::size_t i = 0; i < wire.size(); ++i) ASSERT_EQ(wire[i], nothing.at(i % 3));
}

}  // namespace
}  // namespace sharpen::testing

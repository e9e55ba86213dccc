#include "service/engine/shake/shake.h"

#include <gtest/gtest.h>

#include <cmath>

#include "service/engine/deconvolve/deconvolve.h"
#include "service/engine/shake/kernel_pyramid.h"
#include "service/engine/shake/kernel_solve.h"
#include "service/engine/shake/path.h"
#include "tests/engine/scene.h"

namespace sharpen::engine {
namespace {

using test::Planes;

const Planes& scene() {
  static const Planes planes = test::leaves(480, 440, 17);
  return planes;
}

/// A bow, and a hook whose end is drawn quickly.
Path bow() { return {.x = {5, 0.5, 0, 0, 0, 0}, .y = {1, -2.5, 0.4, 0, 0, 0}}; }
Path hook() { return {.x = {3, 2.5, -0.5, 0, 0, 0}, .y = {-4, 2, 0.8, -0.3, 0, 0}}; }

Settings strong(unsigned threads = 2) {
  Settings settings;
  settings.model = "Strong";
  settings.fast = true;
  settings.threads = threads;
  return settings;
}

class ShakeTest : public testing::Test {
 protected:
  Report run(const Planes& picture, const Settings& settings, const char* to = "out.png") {
    test::write_picture(folder_ / "in.png", FileFormat::png, picture);
    const auto report =
        sharpen_file(folder_ / "in.png", folder_ / to, FileFormat::png, settings, {}, {});
    EXPECT_TRUE(report) << report.error().text();
    return report.value_or(Report());
  }

  test::Folder folder_;
};

TEST(Path, IsCentredAndOfItsLength) {
  for (const Path& path : {bow(), hook()}) {
    const Plane kernel = point_spread(path);
    const int middle = kernel.width() / 2;
    double sum = 0, x = 0, y = 0;
    for (int row = 0; row < kernel.height(); ++row) {
      for (int column = 0; column < kernel.width(); ++column) {
        const double value = double(kernel.at(column, row));
        sum += value;
        x += value * (column - middle);
        y += value * (row - middle);
      }
    }
    EXPECT_NEAR(sum, 1, 1e-4);
    EXPECT_NEAR(x, 0, 1e-3);
    EXPECT_NEAR(y, 0, 1e-3);
    EXPECT_NEAR(likeness(kernel, kernel), 1, 1e-6);
    EXPECT_LT(likeness(kernel, point_spread(turned(path))), 0.9);
  }
  EXPECT_NEAR(length_of({.x = {3}, .y = {4}}), 10, 0.1);
}

TEST(KernelProblem, IsSolvedByTheKernelThatBlurred) {
  const Fft fft(96, 80);
  const Planes small = test::leaves(96, 80, 2);
  const Plane kernel = point_spread(hook());
  HalfSpectrum spectrum(96, 80);
  const HalfSpectrum transfer = complex_transfer(kernel, fft);
  fft.forward(small[0], spectrum);
  for (std::size_t i = 0; i < spectrum.size(); ++i) spectrum.data()[i] *= transfer.data()[i];
  Plane blurred(96, 80);
  fft.inverse(spectrum, blurred);
  KernelProblem problem(kernel.width());
  add_correlations(small[0], blurred, Plane(96, 80, 1.0f), fft, problem);
  const Plane even(kernel.width(), kernel.height(), 1 / float(kernel.size()));
  EXPECT_GT(likeness(solve_kernel(problem, even, 1e-4), kernel), 0.98);
}

/// A scene of large shapes, as most photographs have some.
Planes large_leaves(int side, unsigned seed) {
  constexpr int kTimes = 4;
  const Planes small = test::leaves(side / kTimes, side / kTimes, seed);
  Planes large{Plane(side, side), Plane(side, side), Plane(side, side)};
  for (std::size_t c = 0; c < large.size(); ++c) {
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) large[c].at(x, y) = small[c].at(x / kTimes, y / kTimes);
    }
  }
  return large;
}

TEST(KernelPyramid, FindsALongCrookedPath) {
  const Planes scene = large_leaves(320, 17);
  const Path crook{.x = {6, -2, 2, 0, 0, 0}, .y = {2, 4, -1, 0, 0, 0}};
  for (const Path& path : {bow(), hook(), crook}) {
    const Planes picture = test::photograph(scene, point_spread(path), false, 0.7, 5);
    const Plane found = estimate_kernel({&picture[1], 1}, 31, {});
    EXPECT_GT(likeness(found, point_spread(path)), 0.94);
    EXPECT_NEAR(length_of(found), length_of(point_spread(path)), 1.5);
  }
}

// What a sure path does better, a guess must not do instead.
TEST_F(ShakeTest, TakesASurePathIfOneIsAskedFor) {
  const Planes picture = test::photograph(scene(), point_spread(hook()), false, 1, 5);
  Settings settings = strong();
  const Report sure = run(picture, settings, "sure.png");
  EXPECT_EQ(sure.family, "shake");
  settings.blur = BlurKind::shake;
  EXPECT_EQ(run(picture, settings, "asked.png").family, "shake");
  const double of_sure = test::psnr(test::read_picture(folder_ / "sure.png"), scene(), 16);
  EXPECT_GT(test::psnr(test::read_picture(folder_ / "asked.png"), scene(), 16), of_sure - 4);
}

TEST_F(ShakeTest, FindsAndUndoesACurvedPath) {
  struct Case {
    Path path;
    bool linear_light;
  };
  for (const Case& shaken : {Case{bow(), true}, Case{hook(), false}}) {
    const Plane kernel = point_spread(shaken.path);
    const Planes picture = test::photograph(scene(), kernel, shaken.linear_light, 1, 5);
    const Report report = run(picture, strong());
    EXPECT_EQ(report.family, "shake") << report.summary;
    EXPECT_NEAR(report.size, length_of(shaken.path), 0.15 * length_of(shaken.path));
    EXPECT_GT(test::psnr(test::read_picture(folder_ / "out.png"), scene(), 16),
              test::psnr(picture, scene(), 16) + 2);
  }
}

TEST_F(ShakeTest, FindsNoneWhereThereIsNone) {
  const Deconvolution how = Deconvolution::fast();
  for (const Blur& blur : {Blur{}, Blur{Family::disk, 4, 0}, Blur{Family::gauss, 2, 0},
                           Blur{Family::motion, 14, 25}}) {
    const Planes picture = test::photograph(scene(), point_spread(blur), false, 1, 5);
    const Box all{0, 0, picture[0].width(), picture[0].height()};
    const auto found = find_shake(test::store_of(picture), {&all, 1}, {}, how, 2, {});
    ASSERT_TRUE(found);
    EXPECT_FALSE(*found) << name_of(blur.family);
  }
}

TEST_F(ShakeTest, IsTheSameWithAnyNumberOfThreads) {
  const Planes picture = test::photograph(scene(), point_spread(bow()), true, 1, 5);
  const Report report = run(picture, strong(1), "one.png");
  EXPECT_EQ(report.family, "shake");
  run(picture, strong(3), "three.png");
  EXPECT_EQ(test::read_rows(folder_ / "one.png"), test::read_rows(folder_ / "three.png"));
}

}  // namespace
}  // namespace sharpen::engine

#include "service/engine/learned/learned.h"

#include <gtest/gtest.h>

#include <cmath>

#include "service/engine/engine.h"
#include "service/engine/learned/bank.h"
#include "tests/engine/scene.h"

namespace sharpen::engine {
namespace {

using test::Planes;

Plane waves() {
  Plane luma(64, 64);
  for (int y = 0; y < luma.height(); ++y) {
    for (int x = 0; x < luma.width(); ++x) {
      luma.at(x, y) = static_cast<float>(0.5 + 0.25 * std::sin(0.3 * x + 0.11 * y) +
                                         0.15 * std::cos(0.9 * x - 0.5 * y));
    }
  }
  return luma;
}

/// The middle pixel of each member.
std::vector<float> middles(const Bank& bank, const Plane& luma) {
  std::vector<float> all(bank.members() * luma.size());
  bank.undo(luma, all, 2, {});
  std::vector<float> found;
  for (std::size_t m = 0; m < bank.members(); ++m) {
    found.push_back(all[m * luma.size() + 32 * std::size_t(luma.width()) + 32]);
  }
  return found;
}

// The figures are those of train/judge.py: the network has to see what it was trained on.
TEST(BankTest, IsThatOfTheTraining) {
  const Plane luma = waves();
  const std::vector<float> expected = {0.7774f, 0.808f, 0.8342f, 0.8905f, 1.0219f, 1.2f, 0.0373f,
                                       0.0907f, 1.2f,   1.2f,    0.8348f, 0.9744f, 1.2f, 0.7696f};
  const auto found = middles(Bank(64, 64), luma);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t m = 0; m < expected.size(); ++m) EXPECT_NEAR(found[m], expected[m], 2e-3) << m;
}

class LearnedTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Network::available()) GTEST_SKIP() << "this build has no ONNX Runtime";
  }
  /// The gain in dB of a run with Lens Blur V2 over what came in.
  double gain(const Planes& picture, const Planes& truth, int quality, Report& report,
              bool fast = true) {
    test::write_picture(folder_ / "in.jpg", FileFormat::jpeg, picture, 3, 8, quality);
    Settings settings;
    settings.fast = fast;
    settings.threads = 2;
    auto done =
        sharpen_file(folder_ / "in.jpg", folder_ / "out.png", FileFormat::png, settings, {}, {});
    EXPECT_TRUE(done) << done.error().text();
    if (done) report = *done;
    const double before = test::psnr(test::read_picture(folder_ / "in.jpg"), truth, 20);
    return test::psnr(test::read_picture(folder_ / "out.png"), truth, 20) - before;
  }

  test::Folder folder_;
};

TEST_F(LearnedTest, BettersWhatACameraSavedOutOfFocus) {
  const Planes scene = test::leaves(420, 380, 11);
  for (const double radius : {2.0, 3.0}) {
    for (const int quality : {85, 95}) {
      const Planes blurred =
          test::photograph(scene, point_spread({Family::disk, radius, 0}), true, 0.7, 5);
      Report report;
      EXPECT_GT(gain(blurred, scene, quality, report), 0.5) << radius << " " << quality;
      EXPECT_EQ(report.outcome, Outcome::undone);
      EXPECT_TRUE(report.changed);
      EXPECT_GT(report.size, 0.8);
    }
  }
}

TEST_F(LearnedTest, LooksAtItsOwnResultUnlessInAHurry) {
  const Planes scene = test::leaves(420, 380, 11);
  for (const double radius : {2.0, 3.0}) {
    const Planes blurred =
        test::photograph(scene, point_spread({Family::disk, radius, 0}), true, 0.7, 5);
    Report report;
    const double fast = gain(blurred, scene, 92, report, true);
    const double best = gain(blurred, scene, 92, report, false);
    EXPECT_GT(fast, 2) << radius;
    EXPECT_GT(best, fast + 0.1) << radius;
  }
}

TEST_F(LearnedTest, ComesOutTheSameWhateverTheThreads) {
  const Planes blurred = test::photograph(test::leaves(300, 260, 3),
                                          point_spread({Family::disk, 2.4, 0}), true, 0.7, 5);
  test::write_picture(folder_ / "in.jpg", FileFormat::jpeg, blurred, 3, 8, 90);
  std::vector<std::vector<std::byte>> results;
  for (const unsigned threads : {1u, 2u}) {
    Settings settings;
    settings.threads = threads;
    const auto done =
        sharpen_file(folder_ / "in.jpg", folder_ / "out.png", FileFormat::png, settings, {}, {});
    ASSERT_TRUE(done) << done.error().text();
    ASSERT_TRUE(done->changed);
    results.push_back(test::read_rows(folder_ / "out.png"));
  }
  EXPECT_EQ(results[0], results[1]);
}

/// A white frame, a letterbox and a clipped lamp: what does not obey the blur.
TEST_F(LearnedTest, DrawsNoStripesBesideAFrame) {
  const Planes scene = test::leaves(420, 380, 7);
  Planes blurred = test::photograph(scene, point_spread({Family::disk, 3, 0}), true, 0.7, 5);
  Planes truth = scene;
  for (Planes* picture : {&blurred, &truth}) {
    for (Plane& plane : *picture) {
      for (int y = 0; y < plane.height(); ++y) {
        for (int x = 0; x < plane.width(); ++x) {
          if (x < 40 || y < 40 || x >= 380 || y >= 340) plane.at(x, y) = 1;
        }
      }
    }
  }
  for (const int quality : {90, 98}) {
    Report report;
    EXPECT_GT(gain(blurred, truth, quality, report), -0.05) << quality << report.summary;
  }
}

}  // namespace
}  // namespace sharpen::engine

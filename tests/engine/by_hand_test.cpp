#include <gtest/gtest.h>

#include "service/engine/engine.h"
#include "service/engine/learned/network.h"
#include "tests/engine/scene.h"

namespace sharpen::engine {
namespace {

using test::Planes;

/// The columns of a picture from one to another.
Planes columns(const Planes& picture, int from, int to) {
  Planes part;
  for (std::size_t c = 0; c < part.size(); ++c) {
    part[c] = Plane(to - from, picture[c].height());
    for (int y = 0; y < picture[c].height(); ++y) {
      for (int x = from; x < to; ++x) part[c].at(x - from, y) = picture[c].at(x, y);
    }
  }
  return part;
}

/// A picture whose radius grows from the left to the right, as that of a floor does.
Planes ever_more_out_of_focus(const Planes& scene, double least, double most) {
  constexpr int kSteps = 8;
  Planes picture = scene;
  const int width = scene[0].width();
  for (int step = 0; step < kSteps; ++step) {
    const double radius = least + (most - least) * step / (kSteps - 1);
    const Planes blurred =
        test::photograph(scene, point_spread({Family::disk, radius, 0}), true, 0.7, 5);
    for (std::size_t c = 0; c < picture.size(); ++c) {
      for (int y = 0; y < picture[c].height(); ++y) {
        for (int x = width * step / kSteps; x < width * (step + 1) / kSteps; ++x) {
          picture[c].at(x, y) = blurred[c].at(x, y);
        }
      }
    }
  }
  return picture;
}

// One size is wrong nearly everywhere in such a picture. What it misses is reckoned with as noise;
// taken for as little as was measured, the result rings.
TEST(ByHandTest, OneSizeDoesNotRingWhereRadiiDiffer) {
  const test::Folder folder;
  for (const unsigned seed : {3u, 7u}) {
    const Planes scene = test::leaves(340, 300, seed);
    test::write_picture(folder / "in.jpg", FileFormat::jpeg, ever_more_out_of_focus(scene, 2, 4), 3,
                        8, 95);
    Settings settings;
    settings.blur = BlurKind::defocus;
    settings.blur_size = 3;
    settings.protect_sharp = false;
    settings.threads = 2;
    const auto done =
        sharpen_file(folder / "in.jpg", folder / "out.png", FileFormat::png, settings, {}, {});
    ASSERT_TRUE(done) << done.error().text();
    const double before = test::psnr(test::read_picture(folder / "in.jpg"), scene, 20);
    EXPECT_GT(test::psnr(test::read_picture(folder / "out.png"), scene, 20), before) << seed;
  }
}

// The network would change what is nearly sharp, too, but by a smaller radius.
TEST(ByHandTest, LeavesWhatIsNearlySharpAndUndoesTheRest) {
  if (!Network::available()) GTEST_SKIP() << "this build has no ONNX Runtime";
  const test::Folder folder;
  const Planes scene = test::leaves(400, 300, 7);
  const Planes nearly_sharp =
      test::photograph(scene, point_spread({Family::gauss, 0.8, 0}), true, 0.7, 5);
  Planes picture = test::photograph(scene, point_spread({Family::disk, 3, 0}), true, 0.7, 5);
  for (std::size_t c = 0; c < picture.size(); ++c) {
    for (int y = 0; y < 300; ++y) {
      for (int x = 0; x < 200; ++x) picture[c].at(x, y) = nearly_sharp[c].at(x, y);
    }
  }
  test::write_picture(folder / "in.jpg", FileFormat::jpeg, picture, 3, 8, 95);
  const Planes before = test::read_picture(folder / "in.jpg");
  Settings settings;
  settings.blur = BlurKind::defocus;
  settings.blur_size = 3;
  settings.threads = 2;
  std::array<double, 2> sharp_kept{}, blurred_gain{};
  for (const bool protect : {false, true}) {
    settings.protect_sharp = protect;
    const auto done =
        sharpen_file(folder / "in.jpg", folder / "out.png", FileFormat::png, settings, {}, {});
    ASSERT_TRUE(done) << done.error().text();
    const Planes after = test::read_picture(folder / "out.png");
    const Planes truth = columns(scene, 230, 400);
    sharp_kept[protect] = test::psnr(columns(after, 0, 170), columns(before, 0, 170), 20);
    blurred_gain[protect] = test::psnr(columns(after, 230, 400), truth, 20) -
                            test::psnr(columns(before, 230, 400), truth, 20);
  }
  EXPECT_GT(sharp_kept[true], sharp_kept[false] + 2);
  EXPECT_GT(blurred_gain[true], 3);
  EXPECT_GT(blurred_gain[true], blurred_gain[false] - 0.2);
}

}  // namespace
}  // namespace sharpen::engine

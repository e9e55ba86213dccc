#include <gtest/gtest.h>

#include "service/engine/engine.h"
#include "tests/engine/scene.h"

namespace sharpen::engine {
namespace {

using test::Planes;

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

}  // namespace
}  // namespace sharpen::engine

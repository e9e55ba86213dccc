#include "service/engine/engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "tests/engine/scene.h"

namespace sharpen::engine {
namespace {

using test::Planes;

const Planes& scene() {
  static const Planes planes = test::leaves(420, 380, 11);
  return planes;
}

Planes out_of_focus() {
  return test::photograph(scene(), point_spread({Family::disk, 3, 0}), true, 0.7, 5);
}

Settings quick(const char* model = "Standard", unsigned threads = 2) {
  Settings settings;
  settings.model = model;
  settings.fast = true;
  settings.threads = threads;
  return settings;
}

Result<Report> run(const std::filesystem::path& input, const std::filesystem::path& output,
                   const Settings& settings = quick()) {
  return sharpen_file(input, output, FileFormat::png, settings, {}, {});
}

class EngineTest : public testing::Test {
 protected:
  void expect_unchanged(const Planes& picture) {
    test::write_picture(folder_ / "in.png", FileFormat::png, picture);
    for (const char* model : {"Standard", "Strong", "Lens Blur V2", "Motion Blur"}) {
      const auto report = run(folder_ / "in.png", folder_ / "out.png", quick(model));
      ASSERT_TRUE(report) << report.error().text();
      EXPECT_FALSE(report->changed) << model << ": " << report->summary;
      EXPECT_EQ(report->summary, "already sharp, nothing changed");
      EXPECT_EQ(report->part, 0);
      EXPECT_EQ(test::read_rows(folder_ / "in.png"), test::read_rows(folder_ / "out.png"));
    }
  }

  test::Folder folder_;
};

TEST_F(EngineTest, OffersTheClassicalModels) {
  for (const char* model :
       {"Standard", "Strong", "Natural", "Lens Blur", "Lens Blur V2", "Motion Blur", "Refocus"}) {
    EXPECT_TRUE(offers(model)) << model;
  }
  for (const char* model : {"Portrait", "Wildlife", "Super Focus", "", "standard"}) {
    EXPECT_FALSE(offers(model)) << model;
  }
}

TEST_F(EngineTest, RefusesAModelThatItDoesNotOffer) {
  test::write_picture(folder_ / "in.png", FileFormat::png, scene());
  const auto report = run(folder_ / "in.png", folder_ / "out.png", quick("Wildlife"));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::refused);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.png"));
}

TEST_F(EngineTest, SharpensADefocusedPicture) {
  const Planes picture = out_of_focus();
  test::write_picture(folder_ / "in.png", FileFormat::png, picture);
  for (const char* model : {"Standard", "Strong", "Lens Blur", "Lens Blur V2", "Refocus"}) {
    const auto report = run(folder_ / "in.png", folder_ / "out.png", quick(model));
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_TRUE(report->changed) << model;
    EXPECT_TRUE(report->linear_light) << model;
    EXPECT_NEAR(report->size, 3, 0.15) << model;
    const double before = test::psnr(picture, scene(), 8);
    EXPECT_GT(test::psnr(test::read_picture(folder_ / "out.png"), scene(), 8), before + 2) << model;
  }
}

TEST_F(EngineTest, ReckonsWithTheNoiseThatAJpegHides) {
  const Planes picture =
      test::photograph(scene(), point_spread({Family::disk, 4, 0}), true, 1.2, 5);
  test::write_picture(folder_ / "in.jpg", FileFormat::jpeg, picture, 3, 8, 96);
  const auto report = run(folder_ / "in.jpg", folder_ / "out.png", quick("Strong"));
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->changed);
  const double before = test::psnr(test::read_picture(folder_ / "in.jpg"), scene(), 8);
  EXPECT_GT(test::psnr(test::read_picture(folder_ / "out.png"), scene(), 8), before + 4.5);
}

TEST_F(EngineTest, SharpensASixteenBitPictureAndKeepsItsAlpha) {
  test::write_picture(folder_ / "in.png", FileFormat::png, out_of_focus(), 4, 16);
  const auto report = run(folder_ / "in.png", folder_ / "out.png");
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->changed);
  const auto info = test::read_info(folder_ / "out.png");
  EXPECT_EQ(info.channels, 4);
  EXPECT_EQ(info.bits, 16);
  const auto before = test::read_rows(folder_ / "in.png");
  const auto after = test::read_rows(folder_ / "out.png");
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 6; i < before.size(); i += 8) {
    ASSERT_EQ(before[i], after[i]);
    ASSERT_EQ(before[i + 1], after[i + 1]);
  }
}

TEST_F(EngineTest, SharpensAGrayPicture) {
  test::write_picture(folder_ / "in.png", FileFormat::png, out_of_focus(), 1);
  const auto report = run(folder_ / "in.png", folder_ / "out.png");
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->changed);
  EXPECT_NEAR(report->size, 3, 0.2);
  EXPECT_EQ(test::read_info(folder_ / "out.png").channels, 1);
}

TEST_F(EngineTest, GivesTheSameWhateverTheNumberOfThreads) {
  test::write_picture(folder_ / "in.png", FileFormat::png, out_of_focus());
  std::vector<std::byte> first;
  for (const unsigned threads : {1u, 2u, 3u}) {
    ASSERT_TRUE(run(folder_ / "in.png", folder_ / "out.png", quick("Standard", threads)));
    const auto rows = test::read_rows(folder_ / "out.png");
    if (first.empty()) first = rows;
    EXPECT_EQ(rows, first) << threads;
  }
}

TEST_F(EngineTest, ReturnsOnlyTheCropButJudgesTheWhole) {
  test::write_picture(folder_ / "in.png", FileFormat::png, out_of_focus());
  Settings settings = quick();
  settings.crop = Crop{100, 60, 90, 50};
  const auto report = run(folder_ / "in.png", folder_ / "out.png", settings);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_NEAR(report->size, 3, 0.15);
  const auto info = test::read_info(folder_ / "out.png");
  EXPECT_EQ(info.width, 90u);
  EXPECT_EQ(info.height, 50u);
  settings.crop = Crop{400, 60, 90, 50};
  const auto outside = run(folder_ / "in.png", folder_ / "out.png", settings);
  ASSERT_FALSE(outside);
  EXPECT_EQ(outside.error().kind, ErrorKind::refused);
}

TEST_F(EngineTest, MoreStrengthChangesMore) {
  const Planes picture = out_of_focus();
  test::write_picture(folder_ / "in.png", FileFormat::png, picture);
  double last = 200;
  for (const double strength : {0.1, 0.3, 0.5, 0.75, 1.0}) {
    Settings settings = quick();
    settings.strength = strength;
    ASSERT_TRUE(run(folder_ / "in.png", folder_ / "out.png", settings));
    const double likeness = test::psnr(test::read_picture(folder_ / "out.png"), picture, 8);
    EXPECT_LT(likeness, last - 0.2) << strength;
    last = likeness;
  }
}

TEST_F(EngineTest, EmphasisesWhatIsSharpOnlyIfAskedTo) {
  test::write_picture(folder_ / "in.png", FileFormat::png,
                      test::photograph(scene(), Plane(1, 1, 1.0f), false, 1, 5));
  const Planes picture = test::read_picture(folder_ / "in.png");
  double last = 200;
  for (const double strength : {0.3, 0.5, 0.6, 0.8, 1.0}) {
    Settings settings = quick("Strong");
    settings.strength = strength;
    const auto report = run(folder_ / "in.png", folder_ / "out.png", settings);
    ASSERT_TRUE(report) << report.error().text();
    const bool asked = strength > 0.5;
    EXPECT_EQ(report->changed, asked) << strength;
    EXPECT_EQ(report->summary,
              asked ? "already sharp, edges emphasised" : "already sharp, nothing changed");
    const auto rows = test::read_rows(folder_ / "out.png");
    EXPECT_EQ(rows == test::read_rows(folder_ / "in.png"), !asked) << strength;
    if (!asked) continue;
    const double likeness = test::psnr(test::read_picture(folder_ / "out.png"), picture, 8);
    EXPECT_LT(likeness, last - 0.5) << strength;
    EXPECT_GT(likeness, 25) << strength;
    last = likeness;
    settings.threads = 1;
    ASSERT_TRUE(run(folder_ / "in.png", folder_ / "out.png", settings));
    EXPECT_EQ(test::read_rows(folder_ / "out.png"), rows) << strength;
  }
}

TEST_F(EngineTest, MoreDenoisingIsSmoother) {
  test::write_picture(folder_ / "in.png", FileFormat::png, out_of_focus());
  const auto roughness = [&](const Settings& settings) {
    EXPECT_TRUE(run(folder_ / "in.png", folder_ / "out.png", settings));
    const Planes out = test::read_picture(folder_ / "out.png");
    double sum = 0;
    for (int y = 1; y < out[1].height(); ++y) {
      for (int x = 1; x < out[1].width(); ++x) {
        sum += std::abs(double(out[1].at(x, y)) - double(out[1].at(x - 1, y)));
      }
    }
    return sum;
  };
  for (const auto member : {&Settings::minor_denoise, &Settings::denoise_strength}) {
    double last = 1e9;
    for (const double value : {0.01, 0.5, 1.0}) {
      Settings settings = quick();
      settings.*member = value;
      const double now = roughness(settings);
      EXPECT_LT(now, last) << value;
      last = now;
    }
  }
}

TEST_F(EngineTest, ReportsProgressThatOnlyGrows) {
  test::write_picture(folder_ / "in.png", FileFormat::png, out_of_focus());
  double last = 0;
  const auto report =
      sharpen_file(folder_ / "in.png", folder_ / "out.png", FileFormat::png, quick(),
                   [&](double part) {
                     EXPECT_GE(part, last);
                     last = part;
                   },
                   {});
  ASSERT_TRUE(report);
  EXPECT_DOUBLE_EQ(last, 1);
}

TEST_F(EngineTest, StopsWhenAskedTo) {
  test::write_picture(folder_ / "in.png", FileFormat::png, out_of_focus());
  for (const double moment : {0.01, 0.1, 0.3}) {
    std::stop_source stop;
    const auto report = sharpen_file(
        folder_ / "in.png", folder_ / "out.png", FileFormat::png, quick(),
        [&](double part) {
          if (part >= moment) stop.request_stop();
        },
        stop.get_token());
    ASSERT_FALSE(report) << moment;
    EXPECT_EQ(report.error().kind, ErrorKind::cancelled) << moment;
  }
  std::stop_source stopped;
  stopped.request_stop();
  const auto report = sharpen_file(folder_ / "in.png", folder_ / "out.png", FileFormat::png, {}, {},
                                   stopped.get_token());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::cancelled);
}

TEST_F(EngineTest, RefusesWhatIsNoPicture) {
  EXPECT_EQ(run(folder_ / "missing.png", folder_ / "out.png").error_or(Error()).kind,
            ErrorKind::io);
  test::write_picture(folder_ / "in.png", FileFormat::png, out_of_focus());
  std::ifstream stream(folder_ / "in.png", std::ios::binary);
  const std::string whole(std::istreambuf_iterator<char>(stream), {});
  for (const std::string& bytes :
       {std::string(), std::string("<html>sorry</html>"), whole.substr(0, 20),
        whole.substr(0, whole.size() / 2), whole.substr(1)}) {
    std::ofstream(folder_ / "bad.png", std::ios::binary) << bytes;
    const auto report = run(folder_ / "bad.png", folder_ / "out.png");
    ASSERT_FALSE(report) << bytes.size();
    EXPECT_EQ(report.error().kind, ErrorKind::bad_picture) << bytes.size();
  }
}

TEST_F(EngineTest, LeavesSharpPicturesAlone) {
  expect_unchanged(test::photograph(scene(), Plane(1, 1, 1.0f), false, 1, 5));
}

TEST_F(EngineTest, LeavesNoiseAlone) {
  const Planes gray{Plane(300, 300, 0.5f), Plane(300, 300, 0.5f), Plane(300, 300, 0.5f)};
  expect_unchanged(test::photograph(gray, Plane(1, 1, 1.0f), false, 12, 5));
}

TEST_F(EngineTest, LeavesGeometryAlone) {
  Planes checkers{Plane(300, 260), Plane(300, 260), Plane(300, 260)};
  Planes lines = checkers;
  for (std::size_t c = 0; c < 3; ++c) {
    for (int y = 0; y < 260; ++y) {
      for (int x = 0; x < 300; ++x) {
        checkers[c].at(x, y) = (x / 4 + y / 4) % 2 ? 1.0f : 0.0f;
        const bool ink = (x * 3 + y * 5) % 61 < 2 || (x * x / 40 + y) % 43 == 0;
        lines[c].at(x, y) = ink ? 0.0f : 1.0f;
      }
    }
  }
  expect_unchanged(checkers);
  expect_unchanged(lines);
}

TEST_F(EngineTest, LeavesFlatAndTinyPicturesAlone) {
  for (const auto& [width, height] :
       {std::pair(1, 1), {3, 2000}, {2000, 2}, {64, 64}, {200, 200}}) {
    for (const float level : {0.0f, 1.0f, 0.4f}) {
      const Plane flat(width, height, level);
      test::write_picture(folder_ / "in.png", FileFormat::png, {flat, flat, flat});
      const auto report = run(folder_ / "in.png", folder_ / "out.png");
      ASSERT_TRUE(report) << report.error().text();
      EXPECT_FALSE(report->changed);
      EXPECT_EQ(test::read_rows(folder_ / "in.png"), test::read_rows(folder_ / "out.png"));
    }
  }
}

// Here nothing can be written to the user's cache (meson.build): the rows go beside the result.
TEST_F(EngineTest, ALargePictureNeedsNoCache) {
  const Plane flat(4300, 2000, 0.4f);
  test::write_picture(folder_ / "in.png", FileFormat::png, {flat, flat, flat});
  const auto report = run(folder_ / "in.png", folder_ / "out.png");
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_FALSE(report->changed);
}

}  // namespace
}  // namespace sharpen::engine

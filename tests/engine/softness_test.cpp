#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "service/engine/estimate/edge_spread.h"
#include "service/engine/judge/trial.h"
#include "service/engine/judge/verdict.h"
#include "tests/engine/scene.h"

namespace sharpen::engine {
namespace {

using test::Planes;

const Planes& scene() {
  static const Planes planes = test::leaves(420, 400, 23);
  return planes;
}

Planes softened(const Planes& picture, double sigma, bool linear_light = false) {
  const Blur blur{sigma > 0 ? Family::gauss : Family::none, sigma, 0};
  return test::photograph(picture, point_spread(blur), linear_light, 1, 5);
}

/// Bright tubes between black beams before a dark sky of leaves.
Planes tubes() {
  Planes planes = test::leaves(420, 400, 31);
  const std::array<float, 3> sky = {0.02f, 0.35f, 0.42f}, tube = {0.85f, 0.95f, 1.0f};
  for (std::size_t c = 0; c < planes.size(); ++c) {
    for (int y = 0; y < 400; ++y) {
      for (int x = 0; x < 420; ++x) {
        float& value = planes[c].at(x, y);
        value = sky[c] * (0.8f + 0.4f * value);
        for (const double angle : {0.4, 1.3, 2.2}) {
          const double place = x * std::cos(angle) + y * std::sin(angle) + 400;
          const auto across = static_cast<float>(std::abs(std::fmod(place, 120) - 60));
          const float beam = std::clamp(14 - across, 0.0f, 1.0f);
          const float light = std::clamp(2 - across, 0.0f, 1.0f);
          value += beam * (0.04f - value);
          value += light * (tube[c] - value);
        }
      }
    }
  }
  return planes;
}

class SoftnessTest : public testing::Test {
 protected:
  Report run(const Planes& picture) {
    test::write_picture(folder_ / "in.png", FileFormat::png, picture);
    Settings settings;
    settings.model = "Strong";
    settings.fast = true;
    settings.threads = 2;
    const auto report =
        sharpen_file(folder_ / "in.png", folder_ / "out.png", FileFormat::png, settings, {}, {});
    EXPECT_TRUE(report) << report.error().text();
    return report.value_or(Report());
  }
  /// The gain in dB of what run() wrote.
  double gain(const Planes& picture, const Planes& truth) {
    return test::psnr(test::read_picture(folder_ / "out.png"), truth, 12) -
           test::psnr(picture, truth, 12);
  }

  test::Folder folder_;
};

TEST(EdgeSpread, IsThatOfTheGauss) {
  for (const double sigma : {1.0, 1.5, 2.0}) {
    const auto found =
        measure_edges(test::store_of(softened(scene(), sigma)), sigma, 1 / 255.0, 2, {});
    ASSERT_TRUE(found);
    EXPECT_GT(found->edges, 50) << sigma;
    EXPECT_NEAR(found->sigma, sigma, 0.25 * sigma);
  }
}

TEST(EdgeSpread, IsSmallForASharpPicture) {
  const auto found = measure_edges(test::store_of(softened(scene(), 0)), 1, 1 / 255.0, 2, {});
  ASSERT_TRUE(found);
  EXPECT_GT(found->edges, 50);
  EXPECT_LT(found->sigma, 0.8);
}

TEST(EdgeSpread, IsTheSameInGray) {
  const Planes soft = softened(scene(), 1.5);
  const PixelStore gray = test::store_of(std::span(soft).subspan(1, 1));
  const auto found = measure_edges(gray, 1.5, 1 / 255.0, 2, {});
  ASSERT_TRUE(found);
  EXPECT_GT(found->edges, 50);
  EXPECT_NEAR(found->sigma, 1.5, 0.4);
}

TEST(EdgeSpread, IsNotSeenWhereThereAreNoEdges) {
  for (const int side : {8, 300}) {
    Planes flat;
    for (Plane& plane : flat) plane = Plane(side, side, 0.4f);
    const auto found = measure_edges(test::store_of(softened(flat, 0)), 1.5, 1 / 255.0, 2, {});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->edges, 0);
  }
}

TEST(EdgeSpread, IsTheSameWithAnyNumberOfThreads) {
  const PixelStore store = test::store_of(softened(scene(), 1.5));
  const auto one = measure_edges(store, 1.5, 1 / 255.0, 1, {});
  const auto three = measure_edges(store, 1.5, 1 / 255.0, 3, {});
  ASSERT_TRUE(one && three);
  EXPECT_EQ(one->edges, three->edges);
  EXPECT_EQ(one->sigma, three->sigma);
}

/// A Gauss of 1.5 pixels that the spectra show in either domain; encoded values show harmonics.
Evidence softness() {
  Estimate estimate;
  estimate.none.deviance = 60;
  estimate.gauss = {.blur = {Family::gauss, 1.4, 0}, .deviance = 30};
  estimate.disk.deviance = estimate.line.deviance = 50;
  return {.encoded = estimate,
          .linear = estimate,
          .blocks = 30,
          .jpeg = false,
          .harmonics = 0.9,
          .edges = {.edges = 100, .sigma = 1.5},
          .beyond = 0};
}

TEST(Verdict, DropsTheDomainWhoseResultIsNoPicture) {
  Evidence evidence = softness();
  const auto encoded = explanations(evidence, {});
  ASSERT_EQ(encoded.size(), 1U);
  EXPECT_FALSE(encoded.front().linear_light);
  evidence.beyond = 0.05;
  const auto linear = explanations(evidence, {});
  ASSERT_EQ(linear.size(), 1U);
  EXPECT_TRUE(linear.front().linear_light);
}

TEST(Verdict, BelievesAnOddSpectrumIfEdgesConfirmIt) {
  Evidence evidence = softness();
  for (Estimate* estimate : {&evidence.encoded, &evidence.linear}) {
    estimate->none.deviance = 203;
    for (Fit* fit : {&estimate->disk, &estimate->line}) fit->deviance = 203;
    estimate->gauss.deviance = 200;
  }
  EXPECT_EQ(explanations(evidence, {}).size(), 1U);
  for (const EdgeSpread& doubtful :
       {EdgeSpread{100, 0.9}, EdgeSpread{100, 2.5}, EdgeSpread{20, 1.5}}) {
    evidence.edges = doubtful;
    EXPECT_TRUE(explanations(evidence, {}).empty()) << doubtful.sigma;
  }
}

TEST(Trial, IsBlackerThanBlackInTheWrongDomain) {
  // Between bright tubes that were blurred in linear light, black beams would have to be darker.
  const PixelStore store = test::store_of(softened(tubes(), 1.5, true));
  const Box all{0, 0, store.width(), store.height()};
  const std::array<Candidate, 2> candidates = {
      {{{Family::gauss, 1.9, 0}, false, 0}, {{Family::gauss, 1.5, 0}, true, 0}}};
  const auto trials = try_candidates(store, {&all, 1}, candidates, Deconvolution::fast(), 2, {});
  ASSERT_TRUE(trials);
  EXPECT_GT(trials->front().beyond, 0.03);
  EXPECT_LT(trials->back().missed, 0.2);
}

TEST(Trial, DoubtsTheDomainThatADefocusWasNotMadeIn) {
  for (const bool linear : {false, true}) {
    const Planes picture =
        test::photograph(tubes(), point_spread({Family::disk, 6, 0}), linear, 1, 5);
    const PixelStore store = test::store_of(picture);
    const Box all{0, 0, store.width(), store.height()};
    const std::array<Candidate, 2> candidates = {
        {{{Family::disk, 6, 0}, linear, 0}, {{Family::disk, 6, 0}, !linear, 0}}};
    const auto trials = try_candidates(store, {&all, 1}, candidates, Deconvolution::fast(), 2, {});
    ASSERT_TRUE(trials);
    EXPECT_LT(trials->front().ringing, trials->back().ringing) << linear;
    const auto impossible = [](const Trial& trial) { return trial.missed + trial.beyond; };
    EXPECT_LT(impossible(trials->front()), 0.1) << linear;
    EXPECT_GT(impossible(trials->back()), 0.5) << linear;
  }
}

TEST_F(SoftnessTest, OfAnOddPictureIsBelievedIfItsEdgesAreAsSoft) {
  const Planes picture = softened(tubes(), 1.5, true);
  const Report report = run(picture);
  EXPECT_EQ(report.family, "gauss") << report.summary;
  EXPECT_TRUE(report.linear_light);
  EXPECT_GT(gain(picture, tubes()), 4);
  EXPECT_EQ(run(softened(tubes(), 0)).family, "none");
}

}  // namespace
}  // namespace sharpen::engine

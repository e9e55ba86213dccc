#include "client/providers/settings.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "client/providers/request_fields.h"
#include "client/providers/service.h"

namespace sharpen {
namespace {

using enum ParameterId;

Settings with(std::string model, ParameterId id, double value) {
  Settings settings;
  settings.model = std::move(model);
  settings.value(id) = value;
  return settings;
}

std::string wire_text(const Settings& settings, ServiceKind service) {
  std::string text;
  for (const RequestField& setting : request_fields(settings, service))
    text += std::string(setting.name) + "=" + setting.text() + ";";
  return text;
}

TEST(Settings, DefaultsAreGood) { EXPECT_TRUE(check(Settings{})); }

TEST(Settings, AnUnknownWordIsRefusedWithTheAllowedOnes) {
  Settings settings;
  settings.service = "topas";
  auto result = check(settings);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::bad_argument);
  EXPECT_TRUE(result.error().text().contains("own-server")) << result.error().text();
  settings = {};
  settings.model = "lens blur v2";
  result = check(settings);
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().text().contains("Lens Blur V2")) << result.error().text();
  EXPECT_FALSE(face_enhancement_from("yes"));
  EXPECT_FALSE(subject_detection_from("All"));
}

TEST(Settings, ValuesMustLieInTheModelsRange) {
  EXPECT_TRUE(check(with("Standard", strength, 0.01)));
  EXPECT_FALSE(check(with("Standard", strength, 0)));
  EXPECT_TRUE(check(with("Super Focus", strength, 0)));
  EXPECT_FALSE(check(with("Standard", strength, 1.01)));
  EXPECT_FALSE(check(with("Standard", strength, std::nan(""))));
  EXPECT_FALSE(check(with("Standard", strength, std::numeric_limits<double>::infinity())));
  EXPECT_FALSE(check(with("Super Focus", seed, 1.5)));
  EXPECT_TRUE(check(with("Super Focus", seed, 0)));
  EXPECT_TRUE(check(with("Super Focus", seed, 2147483647)));
  EXPECT_FALSE(check(with("Super Focus", seed, 2147483648)));
  EXPECT_FALSE(check(with("Super Focus", seed, -7)));
  EXPECT_FALSE(check(with("Super Focus", seed, -1))) << "as an argument this is Auto";
}

TEST(Settings, AValueThatTheModelDoesNotTakeIsRefused) {
  const auto result = check(with("Strong", minor_denoise, 0.5));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "The model Strong does not take minor-denoise.");
}

TEST(Settings, AreCheckedAgainstTheServiceToo) {
  const Settings denoise = with("Standard", denoise_strength, 0.5);
  EXPECT_TRUE(check(denoise));
  EXPECT_TRUE(check(denoise, ServiceKind::topaz));
  EXPECT_FALSE(check(denoise, ServiceKind::aimlapi));
  Settings portrait;
  portrait.model = "Portrait";
  EXPECT_TRUE(check(portrait));
  portrait.service = "this-computer";
  EXPECT_FALSE(check(portrait));
}

TEST(Settings, ABlurByHandIsForOurServiceAlone) {
  Settings settings = with("Standard", blur_size, 2.2);
  settings.blur = BlurKind::defocus;
  settings.value(blur_edge) = 1;
  settings.value(keep_grain) = 0.5;
  settings.protect_sharp = false;
  EXPECT_TRUE(check(settings));
  EXPECT_TRUE(check(settings, ServiceKind::this_computer));
  EXPECT_TRUE(check(settings, ServiceKind::own_server));
  for (const char* model : {"Standard", "other:New"}) {
    settings.model = model;
    for (const ServiceKind vendor : {ServiceKind::topaz, ServiceKind::aimlapi}) {
      const auto refused = check(settings, vendor);
      ASSERT_FALSE(refused);
      EXPECT_TRUE(refused.error().message.contains(" does not take blur "))
          << refused.error().text();
      EXPECT_FALSE(check(with(model, keep_grain, 0.5), vendor));
    }
  }
  settings.model = "Portrait";
  EXPECT_FALSE(check(settings)) << "a model that this computer cannot calculate";
}

TEST(Settings, ABlurByHandIsChecked) {
  const auto by_hand = [](BlurKind blur, ParameterId id, double value) {
    Settings settings = with("Standard", id, value);
    settings.blur = blur;
    return check(settings);
  };
  EXPECT_TRUE(by_hand(BlurKind::defocus, blur_size, 0.3));
  EXPECT_TRUE(by_hand(BlurKind::softness, blur_size, 60));
  EXPECT_FALSE(by_hand(BlurKind::defocus, blur_size, 0.29));
  EXPECT_FALSE(by_hand(BlurKind::defocus, blur_size, 60.1));
  EXPECT_TRUE(by_hand(BlurKind::motion, blur_angle, 0));
  EXPECT_FALSE(by_hand(BlurKind::motion, blur_angle, 181));
  EXPECT_FALSE(by_hand(BlurKind::motion, blur_angle, -1)) << "as an argument this is Auto";
  EXPECT_FALSE(by_hand(BlurKind::defocus, blur_edge, 21));
  EXPECT_FALSE(by_hand(BlurKind::automatic, keep_grain, 1.5));
  EXPECT_TRUE(by_hand(BlurKind::automatic, keep_grain, 1));
  const auto alone = by_hand(BlurKind::automatic, blur_size, 2);
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().message, "blur-size has no effect while blur is auto.");
  EXPECT_TRUE(alone.error().hint.contains("defocus, motion, softness.")) << alone.error().hint;
  EXPECT_FALSE(by_hand(BlurKind::shake, blur_size, 2));
  EXPECT_FALSE(by_hand(BlurKind::defocus, blur_angle, 10));
  EXPECT_FALSE(by_hand(BlurKind::motion, blur_edge, 1));
  EXPECT_FALSE(blur_from("gauss"));
  EXPECT_FALSE(protect_sharp_from("true"));
}

TEST(Settings, AModelOfTheServicesOwnIsTakenInItsOwnWords) {
  Settings settings = with("other:Brand New", detail, 0.5);
  EXPECT_TRUE(check(settings));
  EXPECT_EQ(wire_model(settings), "Brand New");
  settings.value(detail) = 2;
  EXPECT_FALSE(check(settings));
  settings = {};
  for (const char* bad : {"other:", "other:a\nb"}) {
    settings.model = bad;
    EXPECT_FALSE(check(settings)) << bad;
  }
  // A known name with the prefix is the known model.
  EXPECT_FALSE(check(with("other:Strong", minor_denoise, 0.5)));
}

TEST(Settings, AnOwnServerNeedsASafeAddress) {
  Settings settings;
  settings.service = "own-server";
  EXPECT_FALSE(check(settings));
  settings.service_url = "http://example.org";
  EXPECT_FALSE(check(settings));
  settings.service_url = "https://example.org:8443/sharpen/";
  EXPECT_TRUE(check(settings));
  settings.service_url = "http://127.0.0.1:8080";
  EXPECT_TRUE(check(settings));
}

TEST(Settings, AScriptIsToldOfAModelThatWillFail) {
  Settings settings;
  EXPECT_EQ(withdrawal_of(settings), "");
  settings.model = "Super Focus";
  EXPECT_TRUE(withdrawal_of(settings).ends_with("Change the script to Super Focus V3."));
  settings.service = "this-computer";
  EXPECT_EQ(withdrawal_of(settings), "");
  settings.service = "aimlapi";
  EXPECT_TRUE(withdrawal_of(settings).ends_with("Super Focus V3, is at Topaz Labs only."));
  settings.model = "Lens Blur";
  EXPECT_TRUE(withdrawal_of(settings).ends_with("Change the script to Lens Blur V2."));
}

TEST(Settings, ALimitOfCostIsNotNegative) {
  Settings settings;
  settings.max_cost = 0;
  EXPECT_TRUE(check(settings));
  settings.max_cost = -1;
  EXPECT_FALSE(check(settings));
}

TEST(Settings, GoThroughJsonUnchanged) {
  Settings settings = with("Super Focus", seed, 2147483647);
  settings.value(focus_boost) = 0.3;
  settings.service = "own-server";
  settings.service_url = "https://example.org";
  settings.face_enhancement = FaceEnhancement::automatic;
  settings.subject_detection = SubjectDetection::background;
  settings.max_cost = 2.5;
  settings.blur = BlurKind::motion;
  settings.value(blur_angle) = 12.5;
  settings.protect_sharp = false;
  const auto back = settings_from_json(to_json(settings));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, settings);
  const auto defaults = settings_from_json("{}");
  ASSERT_TRUE(defaults);
  EXPECT_EQ(*defaults, Settings{});
  EXPECT_FALSE(to_json({}).contains("blur")) << "what older versions kept is not found again";
}

TEST(Settings, DamagedJsonIsAnError) {
  for (const char* text : {"", "[]", "{", R"({"face_enhancement":"maybe"})",
                           R"({"subject_detection":"sky"})", R"({"blur":"sky"})"})
    EXPECT_FALSE(settings_from_json(text)) << text;
}

TEST(WireSettings, FacesAreAlwaysSentAndAutoIsNot) {
  EXPECT_EQ(wire_text({}, ServiceKind::aimlapi), "face_enhancement=false;");
  Settings settings;
  settings.face_enhancement = FaceEnhancement::automatic;
  EXPECT_EQ(wire_text(settings, ServiceKind::aimlapi), "");
  settings.face_enhancement = FaceEnhancement::on;
  settings.value(face_enhancement_strength) = 0.25;
  settings.subject_detection = SubjectDetection::foreground;
  EXPECT_EQ(wire_text(settings, ServiceKind::aimlapi),
            "face_enhancement_strength=0.25;face_enhancement_creativity=0;face_enhancement=true;"
            "subject_detection=Foreground;");
  settings.face_enhancement = FaceEnhancement::off;
  settings.subject_detection = SubjectDetection::all;
  EXPECT_EQ(wire_text(settings, ServiceKind::aimlapi),
            "face_enhancement=false;subject_detection=All;");
  settings.subject_detection = SubjectDetection::background;
  EXPECT_EQ(wire_text(settings, ServiceKind::aimlapi),
            "face_enhancement=false;subject_detection=Background;");
}

TEST(WireSettings, OnlyWhatTheModelTakesGoesOut) {
  Settings settings = with("Strong", strength, 0.1);
  settings.value(minor_denoise) = 0.5;
  EXPECT_EQ(wire_text(settings, ServiceKind::aimlapi), "strength=0.1;face_enhancement=false;");
  EXPECT_EQ(wire_text(with("other:New", seed, 5), ServiceKind::aimlapi),
            "seed=5;face_enhancement=false;");
}

TEST(WireSettings, AnEnhancementOfFacesSaysHowStrongItIs) {
  Settings settings;
  settings.face_enhancement = FaceEnhancement::on;
  for (const ServiceKind service :
       {ServiceKind::topaz, ServiceKind::aimlapi, ServiceKind::own_server})
    EXPECT_TRUE(wire_text(settings, service)
                    .starts_with("face_enhancement_strength=0.8;face_enhancement_creativity=0;"));
  settings.face_enhancement = FaceEnhancement::automatic;
  EXPECT_EQ(wire_text(settings, ServiceKind::aimlapi), "");
}

TEST(WireSettings, TopazGetsBothSpellings) {
  Settings settings = with("Standard", denoise_strength, 0.5);
  settings.value(strength) = 0.25;
  settings.subject_detection = SubjectDetection::all;
  const char* both =
      "strength=0.25;denoise_strength=0.5;face_enhancement=false;subject_detection=All;"
      "denoiseStrength=0.5;faceEnhancement=false;subjectDetection=All;";
  EXPECT_EQ(wire_text(settings, ServiceKind::topaz), both);
  EXPECT_EQ(wire_text(settings, ServiceKind::own_server), both);
  EXPECT_FALSE(wire_text(settings, ServiceKind::this_computer).contains("denoiseStrength"));
}

TEST(WireSettings, ABlurByHandNeverGoesToAVendor) {
  Settings settings;
  settings.blur = BlurKind::defocus;
  settings.protect_sharp = false;
  settings.value(blur_size) = 2.2;
  settings.value(blur_angle) = 10;
  settings.value(blur_edge) = 0.5;
  settings.value(keep_grain) = 0.25;
  for (const char* model : {"Lens Blur V2", "Portrait", "Super Focus", "other:New"}) {
    settings.model = model;
    for (const ServiceKind vendor : {ServiceKind::topaz, ServiceKind::aimlapi})
      EXPECT_TRUE(wire_text(settings, vendor).starts_with("face_enhancement=false;"))
          << wire_text(settings, vendor);
  }
  settings.model = "Lens Blur V2";
  const std::string sent =
      "blur_size=2.2;blur_edge=0.5;keep_grain=0.25;face_enhancement=false;blur=defocus;"
      "protect_sharp=false;";
  EXPECT_EQ(wire_text(settings, ServiceKind::this_computer), sent);
  EXPECT_EQ(wire_text(settings, ServiceKind::own_server), sent + "faceEnhancement=false;");
  settings.blur = BlurKind::automatic;
  EXPECT_EQ(wire_text(settings, ServiceKind::this_computer),
            "keep_grain=0.25;face_enhancement=false;");
}

TEST(WireSettings, WhatTheServiceDroppedIsFound) {
  Settings settings = with("Standard", denoise_strength, 0.5);
  settings.value(strength) = 0.25;
  const auto dropped = [&](const char* options) {
    return settings_not_used(settings, ServiceKind::topaz, options);
  };
  using Ids = std::vector<ParameterId>;
  EXPECT_EQ(dropped(R"({"denoiseStrength":0.5,"strength":0.25})"), Ids{});
  EXPECT_EQ(dropped(R"({"denoise_strength":"0.5","strength":0.2500001})"), Ids{});
  EXPECT_EQ(dropped(R"({"denoiseStrength":0.5})"), Ids{strength});
  EXPECT_EQ(dropped(R"({"denoiseStrength":0.9,"strength":0.25})"), Ids{denoise_strength});
  EXPECT_EQ(dropped("{}"), (Ids{strength, denoise_strength}));
  for (const char* silent : {"", "null", "nonsense", "[]"}) EXPECT_EQ(dropped(silent), Ids{});
}

TEST(Price, FollowsTheVendorsTable) {
  const auto credits = [](const char* model, double megapixels) {
    Settings settings;
    settings.model = model;
    const auto width = static_cast<std::uint32_t>(megapixels * 1000);
    return offline_price(ServiceKind::topaz, width, 1000, settings).amount;
  };
  const double sizes[] = {1, 4, 8, 16, 24, 32, 40, 50, 64, 100};
  const double gan[] = {1, 1, 1, 1, 1, 2, 2, 3, 3, 5};
  const double generative[] = {1, 1, 1, 1, 2, 2, 2, 3, 4, 5};
  for (std::size_t i = 0; i < std::size(sizes); ++i) {
    EXPECT_EQ(credits("Standard", sizes[i]), gan[i]) << sizes[i];
    EXPECT_EQ(credits("Super Focus V2", sizes[i]), generative[i]) << sizes[i];
    EXPECT_EQ(credits("other:New", sizes[i]), gan[i]) << sizes[i];
    EXPECT_EQ(credits("other:Super Focus V4", sizes[i]), generative[i]) << sizes[i];
  }
}

TEST(Price, TheNumberThatIsShownChoosesTheForm) {
  EXPECT_EQ(amount_text(1, "credits"), "1 credit");
  EXPECT_EQ(amount_text(-1, "credits"), "-1 credit");
  EXPECT_EQ(amount_text(0, "credits"), "0 credits");
  EXPECT_EQ(amount_text(-5, "credits"), "-5 credits");
  EXPECT_EQ(amount_text(1.25, "credits"), "1.25 credits");
}

TEST(Price, IsInTheServicesOwnUnit) {
  const Price aimlapi = offline_price(ServiceKind::aimlapi, 6000, 5000, {});
  EXPECT_EQ(aimlapi.unit, "USD");
  EXPECT_DOUBLE_EQ(aimlapi.amount, 0.21);
  EXPECT_FALSE(aimlapi.confirmed);
  const Price here = offline_price(ServiceKind::this_computer, 6000, 5000, {});
  EXPECT_EQ(here.amount, 0);
}

TEST(Services, HaveWordsTitlesAndAddresses) {
  for (const ServiceKind kind : {ServiceKind::this_computer, ServiceKind::topaz,
                                 ServiceKind::aimlapi, ServiceKind::own_server}) {
    EXPECT_EQ(service_from(word_of(kind)), kind);
    EXPECT_NE(std::string(title_of(kind)), "");
  }
  EXPECT_FALSE(service_from("automatic"));
  EXPECT_EQ(official_url(ServiceKind::topaz), "https://api.topazlabs.com");
  EXPECT_EQ(official_url(ServiceKind::own_server), "");
}

TEST(Settings, ToldApartByMoreThanTheAmount) {
  Settings a, b;
  b.value(ParameterId::strength) = 0.7;
  b.value(ParameterId::keep_grain) = 20;
  EXPECT_TRUE(differ_in_amount_only(a, b));
  b.value(ParameterId::denoise_strength) = 0.2;
  EXPECT_FALSE(differ_in_amount_only(a, b));
}

}  // namespace
}  // namespace sharpen

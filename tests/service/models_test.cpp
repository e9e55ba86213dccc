#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <format>

#include "client/providers/settings.h"
#include "tests/service/running_service.h"

namespace sharpen::test {
namespace {

/// The client and the service each have their own table of models, since they meet over HTTP only.
/// Here they are compared, over HTTP.
Response submit(const RunningService& service, const Model& model, std::vector<FormField> fields) {
  fields.insert(fields.begin(), {"model", model.name});
  fields.push_back({"image", picture(FileFormat::png, 4, 4), "a.png"});
  return send("POST", service.image(model.generative ? "/sharpen-gen/async" : "/sharpen/async"), {},
              form(fields));
}

TEST(Models, OfTheClientAreKnownToTheServiceWithTheSameRanges) {
  RunningService service;
  for (const Model& model : models()) {
    EXPECT_EQ(submit(service, model, {}).status, 200u) << model.name;
    for (const ModelParameter& parameter : model.parameters) {
      const std::string name = sharpen::parameter(parameter.id).wire_name;
      const auto status = [&](double value) {
        return submit(service, model, {{name, std::format("{}", value)}}).status;
      };
      EXPECT_EQ(status(parameter.minimum), 200u) << model.name << " " << name;
      EXPECT_EQ(status(parameter.maximum), 200u) << model.name << " " << name;
      const double step = sharpen::parameter(parameter.id).is_integer ? 1 : 0.001;
      // The service takes negative seeds, too; for us -1 is Auto.
      if (name != "seed") {
        EXPECT_EQ(status(parameter.minimum - step), 400u) << model.name << " " << name;
      }
      EXPECT_EQ(status(parameter.maximum + step), 400u) << model.name << " " << name;
    }
  }
}

TEST(Models, TakeTheExtensionsOfTheClientWithTheSameRanges) {
  RunningService service;
  const Model& model = *find_model(default_model);
  for (const Parameter& parameter : parameters()) {
    if (!is_extension(parameter.id)) continue;
    const auto status = [&](double value) {
      return submit(service, model, {{parameter.wire_name, std::format("{}", value)}}).status;
    };
    EXPECT_EQ(status(parameter.minimum), 200u) << parameter.wire_name;
    EXPECT_EQ(status(parameter.maximum), 200u) << parameter.wire_name;
    EXPECT_EQ(status(parameter.maximum + 0.001), 400u) << parameter.wire_name;
    // The service takes negative angles, too; for us -1 is Auto.
    if (parameter.id != ParameterId::blur_angle) {
      EXPECT_EQ(status(parameter.minimum - 0.001), 400u) << parameter.wire_name;
    }
  }
  for (const BlurKind blur : {BlurKind::automatic, BlurKind::defocus, BlurKind::motion,
                              BlurKind::softness, BlurKind::shake})
    EXPECT_EQ(submit(service, model, {{"blur", std::string(word_of(blur))}}).status, 200u);
  EXPECT_EQ(submit(service, model, {{"protect_sharp", "false"}}).status, 200u);
  EXPECT_EQ(submit(service, model, {{"blur", "sideways"}}).status, 400u);
  EXPECT_EQ(submit(service, model, {{"protect_sharp", "off"}}).status, 400u);
}

TEST(Models, OfThisComputerAreThoseThatTheEngineOffers) {
  RunningService service({"--engine", "deconvolution"});
  for (const Model& model : models())
    EXPECT_EQ(submit(service, model, {}).status, model.on_this_computer ? 200u : 422u)
        << model.name;
}

TEST(Models, CostWhatTheClientExpects) {
  RunningService service;
  for (const Model& model : models())
    for (const int height : {1000, 20'000'000 / 6000, 24'000'000 / 6000, 4001, 8001}) {
      const std::string body = std::format(
          R"({{"category":"Sharpen","model":"{}","input_width":6000,"input_height":{}}})",
          model.name, height);
      const Response response =
          send("POST", service.image(model.generative ? "/estimate-gen" : "/estimate"), {},
               json_body(body));
      const double megapixels = 6000.0 * height / 1e6;
      EXPECT_EQ(response.json()["credits"].number(),
                std::max(1.0, std::ceil(megapixels / model.megapixels_per_credit)))
          << model.name << " " << megapixels;
    }
}

}  // namespace
}  // namespace sharpen::test

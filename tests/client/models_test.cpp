#include "client/providers/models.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace sharpen {
namespace {

using enum ParameterId;

TEST(Models, AreAllOfTheContract) {
  const std::set<std::string> expected = {
      "Standard",    "Strong",         "Lens Blur",     "Lens Blur V2", "Motion Blur",
      "Natural",     "Refocus",        "Wildlife",      "Portrait",     "Auto Sharpen",
      "Super Focus", "Super Focus V2", "Super Focus V3"};
  std::set<std::string> found;
  for (const Model& model : models()) found.insert(model.name);
  EXPECT_EQ(found, expected);
  EXPECT_EQ(models().size(), expected.size());
}

TEST(Models, TakeTheParametersOfTheContract) {
  const std::map<std::string, std::set<ParameterId>> expected = {
      {"Standard", {strength, minor_denoise, denoise_strength}},
      {"Strong", {strength, denoise_strength}},
      {"Portrait", {sharpen_strength, denoise_strength}},
      {"Wildlife", {sharpen_strength, denoise_strength}},
      {"Auto Sharpen", {sharpen_strength, denoise_strength}},
      {"Super Focus", {strength, denoise_strength, focus_boost, seed}},
      {"Super Focus V2", {denoise_strength, ParameterId::detail, focus_boost}},
      {"Super Focus V3", {denoise_strength}},
  };
  for (const auto& [name, ids] : expected) {
    const Model* model = find_model(name);
    ASSERT_TRUE(model) << name;
    std::set<ParameterId> found;
    for (const ModelParameter& parameter : model->parameters) found.insert(parameter.id);
    EXPECT_EQ(found, ids) << name;
  }
}

TEST(Models, RangesLieWithinTheParametersOwn) {
  for (const Model& model : models())
    for (const ModelParameter& taken : model.parameters) {
      EXPECT_FALSE(is_extension(taken.id)) << model.name;
      EXPECT_GE(taken.minimum, parameter(taken.id).minimum) << model.name;
      EXPECT_LE(taken.maximum, parameter(taken.id).maximum) << model.name;
      EXPECT_LT(taken.minimum, taken.maximum) << model.name;
    }
}

TEST(Models, ParametersStandAtTheirOwnIndex) {
  for (std::size_t i = 0; i < parameter_count; ++i)
    EXPECT_EQ(static_cast<std::size_t>(parameters()[i].id), i);
}

TEST(Models, AreOfferedWhereTheContractSaysSo) {
  EXPECT_TRUE(find_model("Lens Blur V2")->offered_by(ServiceKind::aimlapi));
  EXPECT_FALSE(find_model("Portrait")->offered_by(ServiceKind::aimlapi));
  EXPECT_FALSE(find_model("Portrait")->offered_by(ServiceKind::this_computer));
  EXPECT_TRUE(find_model("Portrait")->offered_by(ServiceKind::topaz));
  EXPECT_FALSE(find_model("Super Focus V3")->offered_by(ServiceKind::aimlapi));
  EXPECT_TRUE(find_model("Super Focus V3")->offered_by(ServiceKind::own_server));
}

TEST(Models, ThatAreWithdrawnComeLastAndNameTheirHeirs) {
  const std::map<std::string, std::string> heirs = {{"Lens Blur", "Lens Blur V2"},
                                                    {"Super Focus", "Super Focus V3"},
                                                    {"Super Focus V2", "Super Focus V3"}};
  bool withdrawn = false;
  for (const Model& model : models()) {
    EXPECT_EQ(model.is_deprecated(), heirs.contains(model.name)) << model.name;
    EXPECT_FALSE(withdrawn && !model.is_deprecated()) << model.name;
    withdrawn = model.is_deprecated();
    if (!withdrawn) continue;
    const Model* heir = model.replacement_at({});
    ASSERT_TRUE(heir) << model.name;
    EXPECT_EQ(heir->name, heirs.at(model.name));
    EXPECT_FALSE(heir->is_deprecated());
  }
  EXPECT_FALSE(find_model("Super Focus")->replacement_at(ServiceKind::aimlapi));
  EXPECT_FALSE(find_model(default_model)->is_deprecated());
  const auto first = std::ranges::find(models(), true, &Model::generative);
  EXPECT_EQ(std::string(first->name), "Super Focus V3");
}

TEST(Models, DoNotSendToTheAimlApiWhatItsSchemaLacks) {
  const Model& standard = *find_model("Standard");
  EXPECT_TRUE(takes(&standard, denoise_strength, ServiceKind::topaz));
  EXPECT_FALSE(takes(&standard, denoise_strength, ServiceKind::aimlapi));
  EXPECT_FALSE(takes(&standard, seed, ServiceKind::topaz));
  EXPECT_TRUE(takes(&standard, face_enhancement_strength, ServiceKind::aimlapi));
  EXPECT_TRUE(takes(nullptr, seed, ServiceKind::aimlapi));
}

TEST(Models, OfVendorsGetNoExtensions) {
  std::vector<const Model*> all = {nullptr};
  for (const Model& model : models()) all.push_back(&model);
  for (const Model* model : all) {
    const bool ours = !model || model->on_this_computer;
    EXPECT_EQ(takes_extensions(model, ServiceKind::this_computer), ours);
    EXPECT_EQ(takes_extensions(model, ServiceKind::own_server), ours);
    for (const ParameterId id : {blur_size, blur_angle, blur_edge, keep_grain}) {
      EXPECT_EQ(takes(model, id, ServiceKind::own_server), ours);
      EXPECT_TRUE(!model || model->has(id) == ours);
      for (const ServiceKind vendor : {ServiceKind::topaz, ServiceKind::aimlapi})
        EXPECT_FALSE(takes(model, id, vendor)) << parameter(id).wire_name;
    }
  }
}

TEST(Models, LimitsAndPriceStepsFollowTheFamily) {
  for (const Model& model : models()) {
    EXPECT_EQ(model.max_megapixels, model.generative ? 256 : 512) << model.name;
    EXPECT_EQ(model.megapixels_per_credit, model.generative ? 20 : 24) << model.name;
    EXPECT_EQ(model.group == ModelGroup::generative, model.generative) << model.name;
    EXPECT_NE(std::string(title_of(model.group)), "");
  }
  EXPECT_TRUE(is_generative_model("Super Focus V9"));
  EXPECT_FALSE(is_generative_model("Something New"));
}

}  // namespace
}  // namespace sharpen

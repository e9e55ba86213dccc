#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/running_service.h"

namespace sharpen::test {
namespace {

using testing::HasSubstr;

TEST(Submit, AnswersWithTheSameIdsInBodyAndHeaders) {
  RunningService service;
  const Response response = service.submit({{"model", "Lens Blur V2"}});
  ASSERT_EQ(response.status, 200u) << response.body;
  EXPECT_EQ(response.text("process_id"), response.header("x-process-id"));
  EXPECT_EQ(response.text("source_id"), response.header("x-source-id"));
  EXPECT_EQ(std::to_string(response.json()["eta"].integer().value_or(0)), response.header("x-eta"));
  EXPECT_TRUE(g_uuid_string_is_valid(response.text("process_id").c_str()));
}

TEST(Submit, TellsTheWholeStatus) {
  RunningService service;
  const std::string id = service.submitted({{"model", "Motion Blur"},
                                            {"output_format", "tif"},
                                            {"face_enhancement", "false"},
                                            {"strength", "0.5"},
                                            {"unknown_setting", "is ignored"}});
  const Json status = service.await(id, "Completed").json();
  EXPECT_EQ(status["process_id"].string(), id);
  EXPECT_EQ(status["filename"].string(), "gimp-test.png");
  EXPECT_EQ(status["input_format"].string(), "png");
  EXPECT_EQ(status["output_format"].string(), "tiff");
  EXPECT_EQ(status["input_width"].integer(), 40);
  EXPECT_EQ(status["output_height"].integer(), 30);
  EXPECT_EQ(status["model"].string(), "Motion Blur");
  EXPECT_EQ(status["category"].string(), "Sharpen");
  EXPECT_EQ(status["progress"].integer(), 100);
  EXPECT_EQ(status["credits"].integer(), 1);
  EXPECT_EQ(status["face_enhancement"].boolean(), false);
  EXPECT_EQ(status["crop_to_fill"].boolean(), false);
  EXPECT_THAT(status["options_json"].string().value_or(""), HasSubstr("summary"));
  for (const char* number : {"eta", "creation_time", "modification_time"})
    EXPECT_GT(status[number].integer().value_or(0), 1'600'000'000) << number;
}

TEST(Submit, ReadsBothSpellingsAndTellsWhatItUsed) {
  RunningService service;
  const std::string id = service.submitted({{"model", "Standard"},
                                            {"denoiseStrength", "0.25"},
                                            {"minor_denoise", "0.5"},
                                            {"minorDenoise", "0.5"},
                                            {"faceEnhancement", "false"}});
  const Json status = service.await(id, "Completed").json();
  EXPECT_EQ(status["face_enhancement"].boolean(), false);
  const auto options = Json::parse(status["options_json"].string().value_or(""));
  ASSERT_TRUE(options);
  EXPECT_EQ((*options)["denoise_strength"].number(), 0.25);
  EXPECT_EQ((*options)["minor_denoise"].number(), 0.5);
  EXPECT_TRUE((*options)["strength"].is_null());
  EXPECT_EQ(service.submit({{"denoiseStrength", "2"}}).status, 400u);
  EXPECT_EQ(service.submit({{"denoiseStrength", "0.2"}, {"denoise_strength", "0.3"}}).status, 400u);
}

struct Refused {
  const char* what;
  std::vector<FormField> fields;
  unsigned status;
  const char* message;
};

TEST(Submit, RefusesWithASentence) {
  RunningService service;
  const std::string png = picture();
  const std::vector<Refused> table = {
      {"unknown model", {{"model", "Foo"}}, 400, "Invalid model."},
      {"a generative model", {{"model", "Super Focus V2"}}, 400, "Invalid model."},
      {"out of range", {{"strength", "1.5"}}, 400, "Invalid strength."},
      {"not a number", {{"minor_denoise", "0,5"}}, 400, "Invalid minor_denoise."},
      {"not finite", {{"strength", "nan"}}, 400, "Invalid strength."},
      {"unknown format", {{"output_format", "webp"}}, 400, "Invalid output format."},
      {"a word", {{"face_enhancement", "maybe"}}, 400, "Invalid face_enhancement."},
      {"a subject", {{"subject_detection", "Cat"}}, 400, "Invalid subject_detection."},
      {"a bad crop", {{"crop", "1,2,3"}}, 400, "Invalid crop."},
      {"an empty crop", {{"crop", "1,2,0,5"}}, 400, "Invalid crop."},
      {"a crop outside", {{"crop", "30,20,20,5"}}, 400, "Invalid crop."},
      {"a field twice", {{"model", "Strong"}, {"model", "Strong"}}, 400, "sent twice"},
      {"two sources",
       {{"image", png, "a.png"}, {"source_url", "http://example.org/"}},
       400,
       "only one"},
      {"two pictures", {{"image", png, "a.png"}, {"image", png, "b.png"}}, 400, "one picture"},
      {"a bad source id", {{"source_id", "x"}}, 400, "Invalid source ID."},
      {"an unknown source",
       {{"source_id", "d7b3b3b3-7b3b-4b3b-8b3b-3b3b3b3b3b3b"}},
       404,
       "source ID was not found"},
      {"no picture at all", {{"image", "hello", "a.png"}}, 415, "could not be decoded"},
      {"an empty picture", {{"image", "", "a.png"}}, 415, "could not be decoded"},
      {"a picture cut short", {{"image", png.substr(0, 30), "a.png"}}, 415, "could not be decoded"},
      {"a webhook", {{"webhook_url", "https://example.org/"}}, 422, "webhooks"},
  };
  for (const Refused& row : table) {
    const Response response = service.submit(row.fields);
    EXPECT_EQ(response.status, row.status) << row.what << ": " << response.body;
    EXPECT_EQ(response.json()["code"].integer(), row.status) << row.what;
    EXPECT_THAT(response.text("message"), HasSubstr(row.message)) << row.what;
  }
  EXPECT_TRUE(send("GET", service.image("/status")).json().elements().empty());
  EXPECT_TRUE(std::filesystem::is_empty(service.state() / "spool"));
  EXPECT_TRUE(std::filesystem::is_empty(service.state() / "sources"));
}

TEST(Submit, RefusesWhatIsNoForm) {
  RunningService service;
  const std::string url = service.image("/sharpen/async");
  EXPECT_EQ(send("POST", url, {}, json_body("{}")).status, 400u);
  EXPECT_EQ(send("POST", url, {}, {.content_type = "multipart/form-data", .bytes = "x"}).status,
            400u);
  Payload cut = form({{"image", picture(), "a.png"}});
  cut.bytes.resize(cut.bytes.size() - 20);
  EXPECT_EQ(send("POST", url, {}, cut).status, 400u);
  EXPECT_EQ(send("POST", url, {}, form({{"model", "Strong"}})).status, 400u);
  EXPECT_EQ(send("GET", url).status, 405u);
  EXPECT_EQ(send("GET", service.image("/nowhere")).status, 404u);
  EXPECT_EQ(send("GET", service.url + "/").status, 404u);
}

TEST(Submit, TakesASourceAgainWithAnotherCrop) {
  RunningService service;
  const Response first = service.submit({{"output_format", "png"}});
  const std::string source = first.text("source_id");
  (void)service.await(first.text("process_id"), "Completed");
  const std::string id = service.submitted(
      {{"source_id", source}, {"crop", "10,5,20,15"}, {"fast", "true"}, {"output_format", "png"}});
  const Json status = service.await(id, "Completed").json();
  EXPECT_EQ(status["source_id"].string(), source);
  EXPECT_EQ(status["input_width"].integer(), 40);
  EXPECT_EQ(status["output_width"].integer(), 20);
  EXPECT_EQ(status["output_height"].integer(), 15);
  const Response links = send("GET", service.image("/download/" + id));
  const auto info = info_of(send("GET", links.text("download_url")).body);
  ASSERT_TRUE(info) << info.error().text();
  EXPECT_EQ(info->width, 20u);
  EXPECT_EQ(info->height, 15u);
}

TEST(Submit, ServesGenerativeModelsOnTheirOwnPath) {
  RunningService service;
  const auto submit = [&](const std::vector<FormField>& fields) {
    std::vector<FormField> all = fields;
    all.push_back({"image", picture(), "a.png"});
    return send("POST", service.image("/sharpen-gen/async"), {}, form(all));
  };
  const Response standard = submit({});
  ASSERT_EQ(standard.status, 200u) << standard.body;
  EXPECT_EQ(service.status(standard.text("process_id")).text("model"), "Super Focus V3");
  EXPECT_EQ(submit({{"model", "Super Focus"}, {"seed", "-5"}}).status, 200u);
  EXPECT_EQ(submit({{"model", "Super Focus V2"}, {"focus_boost", "0.1"}}).status, 400u);
  EXPECT_EQ(submit({{"model", "Standard"}}).status, 400u);
}

TEST(Submit, SaysWhichModelsTheEngineLacks) {
  RunningService service({"--engine", "deconvolution"});
  for (const char* model : {"Portrait", "Wildlife"}) {
    const Response response = service.submit({{"model", model}});
    EXPECT_EQ(response.status, 422u) << model;
    EXPECT_THAT(response.text("message"), HasSubstr("Choose another model")) << model;
  }
  EXPECT_EQ(
      send("POST", service.image("/sharpen-gen/async"), {}, form({{"image", picture(), "a.png"}}))
          .status,
      422u);
}

TEST(Submit, ReallySharpensAPicture) {
  RunningService service({"--engine", "deconvolution"});
  const std::string id = service.submitted({{"model", "Standard"}, {"output_format", "png"}});
  const Json status = service.await(id, "Completed").json();
  EXPECT_THAT(status["options_json"].string().value_or(""), HasSubstr("\"summary\":\""));
  const Response links = send("GET", service.image("/download/" + id));
  EXPECT_TRUE(info_of(send("GET", links.text("download_url")).body));
}

TEST(Submit, FailsAJobWhosePictureIsDamagedFurtherDown) {
  RunningService service({"--balance", "100"});
  std::string damaged = picture(FileFormat::png, 200, 200);
  damaged.resize(damaged.size() / 2);
  const std::string id =
      service.submitted({{"image", damaged, "a.png"}, {"output_format", "tiff"}});
  EXPECT_THAT(service.await(id, "Failed").text("options_json"), HasSubstr("error"));
  const Response balance = send("GET", service.url + "/account/v1/credits/balance");
  EXPECT_EQ(balance.json()["reserved_credits"].integer(), 0);
  EXPECT_EQ(balance.json()["total_credits"].integer(), 100);
}

}  // namespace
}  // namespace sharpen::test

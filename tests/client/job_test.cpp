#include <filesystem>
#include <set>

#include "client/jobs/job_steps.h"
#include "client/jobs/spooled_upload.h"
#include "client/providers/found_blur.h"
#include "job_fixture.h"

namespace sharpen {
namespace {

using test::FakeTopaz;
using test::JobRoom;

TEST_F(Job, RunsFromEndToEnd) {
  auto request = room.request(topaz.address());
  request.settings.value(ParameterId::strength) = 0.5;
  const auto result = run(request);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(result->info.width, JobRoom::width);
  EXPECT_EQ(result->info.height, JobRoom::height);
  EXPECT_EQ(result->format, FileFormat::png);
  EXPECT_EQ(summary_in(result->options_json), "defocus, radius 4.1 px");
  ASSERT_TRUE(result->charged);
  EXPECT_EQ(result->charged->amount, 2);
  EXPECT_EQ(result->charged->unit, "credits");
  EXPECT_TRUE(std::filesystem::is_regular_file(result->file.path()));
  EXPECT_EQ(topaz.jobs(), 1);

  const auto entries = room.entries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].id, result->journal_id);
  EXPECT_EQ(entries[0].step, JobStep::fetched);
  ASSERT_TRUE(finish_job(result->journal_id, room.home));
  EXPECT_TRUE(room.entries().empty());
  EXPECT_EQ(room.spooled_files(), 1u);  // the caller's own
}

TEST_F(Job, SendsTheContractsForm) {
  auto request = room.request(topaz.address());
  request.settings.value(ParameterId::strength) = 0.5;
  ASSERT_TRUE(run(request));
  const std::string form = topaz.form();
  const auto field = [](const std::string& name, const std::string& value) {
    return "Content-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  };
  EXPECT_TRUE(form.contains(field("model", "Lens Blur V2"))) << form.substr(0, 600);
  EXPECT_TRUE(form.contains(field("output_format", "png")));
  EXPECT_TRUE(form.contains(field("strength", "0.5")));
  EXPECT_TRUE(form.contains(field("face_enhancement", "false")));
  EXPECT_FALSE(form.contains("minor_denoise"));
  EXPECT_TRUE(form.contains("name=\"image\"; filename=\"gimp-"));
  EXPECT_TRUE(form.contains("Content-Type: image/png\r\n\r\n\x89PNG"));
  const auto requests = topaz.api().requests();
  EXPECT_EQ(requests[0].path, "/image/v1/sharpen/async");
  EXPECT_EQ(requests[0].header("content-length"), std::to_string(requests[0].body.size()));
}

TEST_F(Job, ASettingThatDidNotArriveIsTold) {
  auto request = room.request(topaz.address());
  request.settings.model = "Standard";
  request.settings.value(ParameterId::strength) = 0.5;
  request.settings.value(ParameterId::minor_denoise) = 0.5;
  const auto dropped = run(request);
  ASSERT_TRUE(dropped) << dropped.error().text();
  EXPECT_EQ(dropped->remark, "Topaz Labs did not use Strength, Minor denoise.");
}

TEST_F(Job, ABlurByHandIsNotSentToAVendor) {
  auto request = room.request(topaz.address());
  request.settings.blur = BlurKind::defocus;
  const auto refused = run(request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::bad_argument);
  EXPECT_TRUE(topaz.api().requests().empty());
}

TEST_F(Job, WaitsLongerThanTheVendorsThreeAttempts) {
  EXPECT_GT(Pace().deadline, std::chrono::hours(3));
  EXPECT_GT(Pace().unreachable, std::chrono::hours(3));
}

TEST_F(Job, AModelThatWasWithdrawnIsSaidToBe) {
  topaz.next("POST sharpen", {.status = 400, .body = R"({"message":"Invalid model."})"});
  auto request = room.request(topaz.address());
  request.settings.model = "Super Focus V2";
  const auto result = run(request);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::model_withdrawn);
  EXPECT_TRUE(
      result.error().message.starts_with("Topaz Labs has withdrawn the model Super Focus V2."))
      << result.error().message;
  EXPECT_TRUE(result.error().hint.contains("Choose Super Focus V3")) << result.error().hint;
  EXPECT_TRUE(room.entries().empty());
}

TEST_F(Job, AGenerativeModelGoesToItsOwnEndpoint) {
  auto request = room.request(topaz.address());
  request.settings.model = "Super Focus V2";
  request.settings.max_cost = 5;
  ASSERT_TRUE(run(request));
  EXPECT_EQ(topaz.api().count("POST", "/image/v1/sharpen-gen/async"), 1u);
  EXPECT_EQ(topaz.api().count("POST", "/image/v1/estimate-gen"), 1u);
}

TEST_F(Job, TheKeyGoesToTheServiceOnly) {
  const auto result = run();
  ASSERT_TRUE(result);
  for (const auto& request : topaz.api().requests())
    EXPECT_EQ(request.header("x-api-key"), FakeTopaz::key) << request.path;
  const auto fetches = topaz.host().requests();
  ASSERT_EQ(fetches.size(), 1u);
  for (const auto& [name, value] : fetches[0].headers)
    EXPECT_FALSE(value.contains(FakeTopaz::key)) << name;
}

TEST_F(Job, ProgressNeverFallsAndNamesItsStages) {
  topaz.set_states({"Pending", "Processing", "Processing", "Pending", "Completed"});
  ASSERT_TRUE(run());
  double last = 0;
  std::set<Stage> stages;
  for (const JobProgress& now : progress) {
    ASSERT_TRUE(now.fraction);
    EXPECT_GE(*now.fraction, last);
    last = *now.fraction;
    stages.insert(now.stage);
  }
  EXPECT_EQ(last, 1);
  EXPECT_EQ(stages, (std::set<Stage>{Stage::preparing, Stage::uploading, Stage::waiting,
                                     Stage::sharpening, Stage::downloading}));
  for (const Stage stage : stages) EXPECT_NE(std::string(title_of(stage)), "");
}

TEST_F(Job, OtherFormatsAndDepthsAreTakenAsTheyCome) {
  topaz.set_result(room.picture(JobRoom::width, JobRoom::height, 8, FileFormat::jpeg));
  auto request = room.request(topaz.address());
  request.upload.bits = 16;
  request.upload.format = FileFormat::tiff;
  const auto result = run(request);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->format, FileFormat::jpeg);
  EXPECT_EQ(result->info.bits, 8);
  EXPECT_TRUE(topaz.form().contains("\r\n\r\ntiff\r\n"));
}

TEST_F(Job, AnAnswerOfMoreBitsThanWereSentIsNotTooLong) {
  constexpr std::uint32_t width = 900, height = 600;
  topaz.set_result(room.picture(width, height, 16));  // noise, which no encoder makes smaller
  auto request = room.request(topaz.address());
  request.upload.width = width;
  request.upload.height = height;
  const auto result = run(request);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(result->info.bits, 16);
}

TEST(ExpectedPicture, HasRoomForAlphaSixteenBitsAndALargeProfile) {
  EXPECT_GT((ExpectedPicture{1400, 1400}.max_bytes()),
            1400u * 1400 * 8 + PictureLimits().max_icc_bytes);
  EXPECT_LT((ExpectedPicture{1400, 1400}.max_bytes()), 1400u * 1400 * 8 * 3);
}

TEST_F(Job, ACostAboveTheLimitSendsNothing) {
  auto request = room.request(topaz.address());
  request.settings.max_cost = 1;
  const auto result = run(request);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::too_expensive);
  EXPECT_TRUE(result.error().message.contains("2 credits")) << result.error().message;
  EXPECT_TRUE(result.error().message.contains("1 credit")) << result.error().message;
  EXPECT_EQ(topaz.count("POST sharpen"), 0u);
  EXPECT_TRUE(room.entries().empty());
  EXPECT_EQ(room.spooled_files(), 0u);
}

TEST_F(Job, AnEstimateThatLagsBehindFallsBackToTheRule) {
  topaz.next("POST estimate", {.status = 400, .body = R"({"message":"Invalid model."})"});
  auto request = room.request(topaz.address());
  request.settings.max_cost = 1;
  EXPECT_TRUE(run(request));
  topaz.next("POST estimate", {.status = 401});
  request = room.request(topaz.address());
  request.settings.max_cost = 1;
  const auto refused = run(request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::key_refused);
}

TEST_F(Job, WhatNoServiceTakesIsNotSent) {
  auto request = room.request(topaz.address());
  request.upload.width = 32001;
  EXPECT_EQ(run(request).error().kind, ErrorKind::too_large);
  request = room.request(topaz.address());
  request.upload.width = request.upload.height = 30000;
  EXPECT_EQ(run(request).error().kind, ErrorKind::too_large);
  request = room.request(topaz.address());
  request.upload.width = 0;
  EXPECT_EQ(run(request).error().kind, ErrorKind::bad_picture);
  request = room.request(topaz.address());
  std::filesystem::resize_file(request.upload.file, 500'000'000);
  EXPECT_EQ(run(request).error().kind, ErrorKind::too_large);
  request = room.request(topaz.address());
  std::filesystem::remove(request.upload.file);
  EXPECT_EQ(run(request).error().kind, ErrorKind::io);
  request = room.request(topaz.address());
  request.settings.model = "Sharper";
  EXPECT_EQ(run(request).error().kind, ErrorKind::bad_argument);
  request = room.request(topaz.address());
  request.service.key.clear();
  EXPECT_EQ(run(request).error().kind, ErrorKind::no_key);
  request = room.request(topaz.address());
  request.service.base_url = "http://example.org";
  EXPECT_EQ(run(request).error().kind, ErrorKind::bad_argument);
  EXPECT_TRUE(topaz.api().requests().empty());
}

TEST_F(Job, APreviewOnThisComputerLeavesNoTrace) {
  auto request = room.request(topaz.address(ServiceKind::this_computer));
  request.preview = true;
  request.upload.crop = {1, 2, JobRoom::width, JobRoom::height};
  request.upload.width = 100;
  request.upload.height = 200;
  request.upload.fast = true;
  {
    const auto result = run(request);
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->journal_id, 0);
    EXPECT_FALSE(result->charged);
    EXPECT_NE(result->source_id, "");
    EXPECT_TRUE(topaz.form().contains("\r\n\r\n1,2,37,23\r\n"));
    EXPECT_TRUE(topaz.form().contains("name=\"fast\"\r\n\r\ntrue\r\n"));
    request.upload.file.clear();
    request.upload.source_id = result->source_id;
  }
  EXPECT_TRUE(room.entries().empty());
  EXPECT_EQ(room.spooled_files(), 0u);
  ASSERT_TRUE(run(request));
  EXPECT_TRUE(topaz.form().contains("name=\"source_id\""));
  EXPECT_FALSE(topaz.form().contains("name=\"image\""));
}

TEST_F(Job, ASecondUploadOutlivesTheFirstWithAllThatIsBesideIt) {
  const Upload first = room.request(topaz.address()).upload;
  const auto second = second_upload(first, room.home.spool());
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_EQ(room.spooled_files(), 6u);
  (void)SpooledUpload::take_over(first.file);
  for (const auto& file : {second->file, selection_file(second->file), pixels_file(second->file)})
    EXPECT_GT(std::filesystem::file_size(file), 0u);
  (void)SpooledUpload::take_over(second->file);
  EXPECT_EQ(room.spooled_files(), 0u);
}

TEST_F(Job, BalanceAndEstimateAreTheServicesOwn) {
  auto service = open_service(topaz.address());
  ASSERT_TRUE(service);
  const auto balance = (*service)->balance(nullptr);
  ASSERT_TRUE(balance);
  EXPECT_EQ(balance->available, 123);
  EXPECT_EQ(balance->unit, "credits");
  Settings settings;
  settings.value(ParameterId::strength) = 0.25;
  const auto price = (*service)->estimate(6000, 4000, settings, nullptr);
  ASSERT_TRUE(price);
  EXPECT_EQ(price->amount, 2);
  EXPECT_EQ(price->seconds, 30);
  EXPECT_TRUE(price->confirmed);
  const std::string sent = topaz.api().requests().back().body;
  EXPECT_TRUE(sent.contains(R"("category":"Sharpen")")) << sent;
  EXPECT_TRUE(sent.contains(R"("input_width":6000)")) << sent;
  EXPECT_TRUE(sent.contains(R"("strength":"0.25")")) << sent;
}

}  // namespace
}  // namespace sharpen

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/service/running_service.h"

namespace sharpen::test {
namespace {

using testing::StartsWith;

struct Fetched {
  std::string id;
  Response links;
};

Fetched completed(RunningService& service, std::vector<FormField> fields) {
  const std::string id = service.submitted(std::move(fields));
  (void)service.await(id, "Completed");
  return {id, send("GET", service.image("/download/" + id))};
}

TEST(Download, ReturnsThePictureOnAnotherOrigin) {
  RunningService service;
  const auto [id, links] = completed(service, {{"output_format", "png"}});
  ASSERT_EQ(links.status, 200u) << links.body;
  EXPECT_THAT(links.text("download_url"), StartsWith(service.download_url + "/"));
  EXPECT_NE(service.url, service.download_url);
  const Response file = send("GET", links.text("download_url"));
  EXPECT_EQ(file.status, 200u);
  EXPECT_EQ(file.header("content-type"), "image/png");
  EXPECT_EQ(file.body, picture());
  const Response input = send("GET", service.image("/download/input/" + id));
  EXPECT_EQ(send("GET", input.text("download_url")).body, picture());
}

TEST(Download, ConvertsToEveryFormat) {
  RunningService service;
  for (const FileFormat from : {FileFormat::png, FileFormat::jpeg, FileFormat::tiff})
    for (const char* to : {"png", "jpeg", "jpg", "tiff", "tif"}) {
      const auto [id, links] =
          completed(service, {{"image", picture(from), "a.bin"}, {"output_format", to}});
      const Response file = send("GET", links.text("download_url"));
      const auto info = info_of(file.body);
      ASSERT_TRUE(info) << info.error().text() << " to " << to;
      EXPECT_EQ(info->width, 40u);
      EXPECT_EQ(info->height, 30u);
      const auto format = sniff(std::as_bytes(std::span(file.body)));
      ASSERT_TRUE(format);
      EXPECT_THAT(std::string(to), StartsWith(std::string(name_of(*format)).substr(0, 2)));
    }
}

TEST(Download, IsAJpegUnlessAskedOtherwise) {
  RunningService service;
  const auto [id, links] = completed(service, {});
  EXPECT_EQ(send("GET", links.text("download_url")).header("content-type"), "image/jpeg");
}

TEST(Download, KeepsSixteenBitsUnlessToldOtherwise) {
  for (const bool keep : {true, false}) {
    RunningService service({"--behaviour", keep ? "output_bits=keep" : "output_bits=8"});
    const auto [id, links] = completed(
        service,
        {{"image", picture(FileFormat::png, 40, 30, 16), "a.png"}, {"output_format", "png"}});
    const auto info = info_of(send("GET", links.text("download_url")).body);
    ASSERT_TRUE(info);
    EXPECT_EQ(info->bits, keep ? 16 : 8);
  }
}

TEST(Download, HonoursRangesAndHead) {
  RunningService service;
  const auto [id, links] = completed(service, {{"output_format", "png"}});
  const std::string url = links.text("download_url"), whole = picture();
  const auto range = [&](const std::string& text) { return send("GET", url, {{"Range", text}}); };

  const Response part = range("bytes=10-19");
  EXPECT_EQ(part.status, 206u);
  EXPECT_EQ(part.body, whole.substr(10, 10));
  EXPECT_EQ(part.header("content-range"), "bytes 10-19/" + std::to_string(whole.size()));
  EXPECT_EQ(range("bytes=20-").body, whole.substr(20));
  EXPECT_EQ(range("bytes=-7").body, whole.substr(whole.size() - 7));
  EXPECT_EQ(range("bytes=0-999999999").body, whole);
  EXPECT_EQ(range("bytes=" + std::to_string(whole.size()) + "-").status, 416u);
  for (const char* ignored : {"bytes=5-2", "bytes=x", "lines=1-2", "bytes=0-1,4-5"}) {
    EXPECT_EQ(range(ignored).status, 200u) << ignored;
    EXPECT_EQ(range(ignored).body, whole) << ignored;
  }
  const Response head = send("HEAD", links.text("head_url"));
  EXPECT_EQ(head.status, 200u);
  EXPECT_EQ(head.header("content-length"), std::to_string(whole.size()));
  EXPECT_EQ(head.header("accept-ranges"), "bytes");
  EXPECT_EQ(send("GET", links.text("head_url")).status, 403u);
}

TEST(Download, RefusesAKeyThatLeaked) {
  RunningService service;
  const auto [id, links] = completed(service, {});
  for (const char* header : {"X-API-Key", "Authorization"})
    EXPECT_EQ(send("GET", links.text("download_url"), {{header, "secret"}}).status, 400u) << header;
}

TEST(Download, RefusesAddressesThatItDidNotSign) {
  RunningService service;
  const auto [id, links] = completed(service, {});
  const auto [other, other_links] = completed(service, {});
  const std::string url = links.text("download_url");
  std::string forged = url;
  forged.back() = forged.back() == '0' ? '1' : '0';
  EXPECT_EQ(send("GET", forged).status, 403u);
  forged = url;
  forged.replace(forged.find(id), id.size(), other);
  EXPECT_EQ(send("GET", forged).status, 403u) << "another job's picture";
  forged = url;
  forged.replace(forged.find("/output/"), 8, "/input/");
  EXPECT_EQ(send("GET", forged).status, 403u) << "the upload";
  forged = url;
  forged.replace(forged.find("expires=") + 8, 1, "9");
  EXPECT_EQ(send("GET", forged).status, 403u) << "a longer life";
  EXPECT_EQ(send("GET", service.download_url + "/output/" + id).status, 403u);
  EXPECT_EQ(send("GET", service.download_url + "/image/v1/status").status, 403u);
  EXPECT_EQ(send("POST", url).status, 405u);
}

TEST(Expiry, EndsLinksAfterAnHourAndPicturesAfterAWeek) {
  const TestFolder folder;
  const auto clock = folder.path() / "clock";
  const auto ahead = [&](std::int64_t seconds) { std::ofstream(clock) << seconds; };
  ahead(0);
  RunningService service({"--behaviour", "clock_file=" + clock.string()});
  const auto [id, links] = completed(service, {{"output_format", "png"}});
  const std::string source = service.status(id).text("source_id");
  ahead(3500);
  EXPECT_EQ(send("GET", links.text("download_url")).status, 200u);
  ahead(3700);
  EXPECT_EQ(send("GET", links.text("download_url")).status, 403u);
  const Response fresh = send("GET", service.image("/download/" + id));
  EXPECT_EQ(send("GET", fresh.text("download_url")).status, 200u);
  ahead(7 * 24 * 3600 - 60);
  EXPECT_EQ(service.status(id).status, 200u);
  ahead(7 * 24 * 3600 + 60);
  EXPECT_EQ(service.status(id).status, 404u);
  EXPECT_EQ(service.submit({{"source_id", source}}).status, 404u);
  EXPECT_TRUE(std::filesystem::is_empty(service.state() / "jobs"));
  EXPECT_TRUE(std::filesystem::is_empty(service.state() / "sources"));
}

TEST(Expiry, ForgetsAnUploadAnHourAfterItsLastJobWasDeleted) {
  const TestFolder folder;
  const auto clock = folder.path() / "clock";
  std::ofstream(clock) << 0;
  RunningService service({"--behaviour", "clock_file=" + clock.string()});
  const auto [id, links] = completed(service, {});
  const std::string source = service.status(id).text("source_id");
  EXPECT_EQ(send("DELETE", service.image("/status/" + id)).status, 204u);
  const std::string again = service.submitted({{"source_id", source}});
  (void)service.await(again, "Completed");
  std::ofstream(clock) << 3700;
  EXPECT_EQ(service.status(again).status, 200u) << "it has a job again";
  EXPECT_EQ(send("DELETE", service.image("/status/" + again)).status, 204u);
  std::ofstream(clock) << 7200;
  (void)service.await(service.submitted({{"source_id", source}}), "Completed");
  EXPECT_EQ(send("DELETE", service.image("/status")).json()["deleted_count"].integer(), 1);
  std::ofstream(clock) << 10900;
  EXPECT_EQ(service.submit({{"source_id", source}}).status, 404u);
}

TEST(Behaviour, NamesTheAddressAsTheQuickstartDoes) {
  RunningService service({"--behaviour", "download_member=url", "--behaviour", "not_ready=Soon."});
  const auto [id, links] = completed(service, {});
  EXPECT_EQ(links.text("download_url"), "");
  EXPECT_EQ(send("GET", links.text("url")).status, 200u);
}

}  // namespace
}  // namespace sharpen::test

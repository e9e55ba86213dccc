#include <gtest/gtest.h>

#include <fstream>

#include "tests/service/running_service.h"

namespace sharpen::test {
namespace {

/// The highest resident memory that a process ever had, in kilobytes.
long peak_memory(int pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;)
    if (word == "VmHWM:") {
      long kilobytes = 0;
      status >> kilobytes;
      return kilobytes;
    }
  return 0;
}

/// A form around `megabytes` of nothing (a sparse file), or around a JSON string.
Payload big_body(const TestFolder& folder, std::uint64_t megabytes, const std::string& before,
                 const std::string& after, const char* content_type, char filling) {
  const auto file = folder.path() / "body";
  std::ofstream stream(file, std::ios::binary);
  stream << before;
  const std::string block(1 << 20, filling);
  for (std::uint64_t i = 0; i < megabytes; ++i) stream << block;
  stream << after;
  return {.content_type = content_type, .file = file};
}

Payload big_form(const TestFolder& folder, std::uint64_t megabytes) {
  return big_body(
      folder, megabytes,
      "--B\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n",
      "\r\n--B--\r\n", "multipart/form-data; boundary=B", 'x');
}

TEST(Upload, ThatCannotBeStoredIsRefusedAndTheReasonIsLogged) {
  const TestFolder folder;
  const auto log = folder.path() / "log";
  RunningService service({}, log);
  const auto spool = service.state() / "spool";
  std::filesystem::remove_all(spool);
  std::ofstream(spool) << "in the way";
  const Response refused = service.submit();
  EXPECT_EQ(refused.status, 503u);
  EXPECT_NE(refused.header("retry-after"), "");
  EXPECT_EQ(refused.text("message"), "The upload cannot be stored. Try again later.");
  EXPECT_TRUE(contents(log).contains("An upload cannot be stored: ")) << contents(log);
}

TEST(Upload, IsNeverWholeInMemory) {
  const TestFolder folder;
  RunningService service;
  const long before = peak_memory(service.pid);
  const Response response =
      send("POST", service.image("/sharpen/async"), {}, big_form(folder, 120));
  EXPECT_EQ(response.status, 415u) << response.body;
  EXPECT_LT(peak_memory(service.pid) - before, 20'000);
  EXPECT_TRUE(std::filesystem::is_empty(service.state() / "spool"));
}

TEST(Upload, IsNeverWholeInMemoryAsADataUri) {
  const TestFolder folder;
  RunningService service;
  const long before = peak_memory(service.pid);
  const Response response = send(
      "POST", service.url + "/v1/images/generations", {},
      big_body(
          folder, 120,
          R"({"model":"topaz-labs/sharpen","mode":"Strong","image_url":"data:image/png;base64,)",
          R"("})", "application/json", 'A'));
  EXPECT_EQ(response.status, 415u) << response.body;
  EXPECT_LT(peak_memory(service.pid) - before, 20'000);
}

TEST(Upload, IsRefusedAboveTheLimitByItsLength) {
  const TestFolder folder;
  RunningService service({"--max-upload", "1000000"});
  const Response response = send("POST", service.image("/sharpen/async"), {}, big_form(folder, 8));
  EXPECT_EQ(response.status, 413u) << response.body;
  EXPECT_EQ(response.text("message"), "Request Entity Too Large");
  EXPECT_EQ(service.submit().status, 200u) << "the service goes on";
}

TEST(Upload, IsRefusedAboveTheLimitWithoutALength) {
  const TestFolder folder;
  RunningService service({"--max-upload", "1000000"});
  Payload body = big_form(folder, 8);
  body.chunked = true;
  EXPECT_EQ(send("POST", service.image("/sharpen/async"), {}, body).status, 413u);
  EXPECT_TRUE(std::filesystem::is_empty(service.state() / "spool"));
  Payload small = form({{"image", picture(), "a.png"}});
  small.chunked = true;
  EXPECT_EQ(send("POST", service.image("/sharpen/async"), {}, small).status, 200u);
}

TEST(Upload, MayNotHaveLargeFieldsWhateverTheLimitOfPictures) {
  RunningService service;
  EXPECT_EQ(service.submit({{"model", std::string(100'000, 'x')}}).status, 400u);
  std::vector<FormField> many;
  for (int i = 0; i < 100; ++i) many.push_back({"field" + std::to_string(i), "x"});
  EXPECT_EQ(service.submit(many).status, 400u);
  EXPECT_EQ(
      send("POST", service.image("/estimate"), {}, json_body(std::string(2 << 20, ' '))).status,
      413u);
}

TEST(Download, IsNeverWholeInMemory) {
  RunningService service;
  // Noise does not compress: a PNG of some 30 MB.
  const std::string big = picture(FileFormat::png, 3000, 3000);
  const std::string id = service.submitted({{"image", big, "a.png"}, {"output_format", "png"}});
  (void)service.await(id, "Completed");
  const long before = peak_memory(service.pid);
  const Response links = send("GET", service.image("/download/" + id));
  EXPECT_EQ(send("GET", links.text("download_url")).body, big);
  EXPECT_LT(peak_memory(service.pid) - before, 20'000);
}

}  // namespace
}  // namespace sharpen::test

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "base/glib_error.h"
#include "tests/service/running_service.h"

namespace sharpen::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string key_file(const TestFolder& folder, const std::string& text = "s3cret-key\n") {
  const auto file = folder.path() / "key";
  std::ofstream(file) << text;
  return file.string();
}

TEST(Key, OpensTheService) {
  const TestFolder folder;
  RunningService service({"--key-file", key_file(folder)});
  const std::string list = service.image("/status");
  EXPECT_EQ(send("GET", list, {{"X-API-Key", "s3cret-key"}}).status, 200u);
  EXPECT_EQ(send("GET", list, {{"x-api-KEY", "s3cret-key"}}).status, 200u);
  for (const char* wrong : {"", "s3cret-ke", "s3cret-key2", "S3cret-key", "s3cret-kez"}) {
    const Response refused = send("GET", list, {{"X-API-Key", wrong}});
    EXPECT_EQ(refused.status, 401u) << wrong;
    EXPECT_EQ(refused.text("message"), "Unauthorized");
  }
  EXPECT_EQ(send("GET", list).status, 401u);
  EXPECT_EQ(
      send("GET", service.url + "/v2/billing", {{"Authorization", "Bearer s3cret-key"}}).status,
      200u);
  EXPECT_EQ(send("GET", service.url + "/v2/billing", {{"X-API-Key", "s3cret-key"}}).status, 401u);
}

TEST(Key, IsAskedForBeforeTheUploadIsStored) {
  const TestFolder folder;
  RunningService service({"--key-file", key_file(folder)});
  EXPECT_EQ(service.submit().status, 401u);
  EXPECT_TRUE(std::filesystem::is_empty(service.state() / "sources"));
  EXPECT_EQ(service.submit({}, {{"X-API-Key", "s3cret-key"}}).status, 200u);
}

TEST(Key, MakesForeignNamesAndPagesWelcome) {
  const TestFolder folder;
  RunningService service({"--key-file", key_file(folder)});
  const Headers headers = {{"X-API-Key", "s3cret-key"}, {"Host", "sharpen.example.org"}};
  EXPECT_EQ(send("GET", service.image("/status"), headers).status, 200u);
}

TEST(NoKey, AnswersToThisComputersNamesOnly) {
  RunningService service;
  const std::string list = service.image("/status");
  for (const char* host : {"127.0.0.1:80", "localhost", "localhost:1234", "[::1]:80", "127.9.9.9"})
    EXPECT_EQ(send("GET", list, {{"Host", host}}).status, 200u) << host;
  for (const char* host :
       {"evil.example", "127.0.0.1.evil.example:80", "localhost.evil", "10.0.0.1"})
    EXPECT_EQ(send("GET", list, {{"Host", host}}).status, 403u) << host;
  EXPECT_EQ(send("GET", list, {{"Origin", "https://evil.example"}}).status, 403u);
}

struct Started {
  int status = 0;
  std::string output, error;
};

Started start(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), SHARPEN_SERVICE);
  std::vector<const char*> argv;
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  const auto process = Ref<GSubprocess>::adopt(g_subprocess_newv(
      argv.data(),
      GSubprocessFlags(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE), nullptr));
  char *output = nullptr, *error = nullptr;
  g_subprocess_communicate_utf8(process.get(), nullptr, nullptr, &output, &error, nullptr);
  const OwnedChars owned_output(output), owned_error(error);
  return {g_subprocess_get_exit_status(process.get()), output, error};
}

TEST(CommandLine, RefusesWithASentenceThatSaysWhatToDo) {
  const TestFolder folder;
  const std::string state = folder.path() / "state";
  const std::vector<std::pair<std::vector<std::string>, const char*>> table = {
      {{"--listen", "0.0.0.0"}, "Add --key-file FILE"},
      {{"--listen", "::"}, "Add --key-file FILE"},
      {{"--listen", "example.org"}, "not a numeric address"},
      {{"--port", "70000"}, "--port"},
      {{"--port"}, "Missing argument for --port"},
      {{"--engine", "magic"}, "Choose deconvolution or identity."},
      {{"--key-file", "/nowhere"}, "No key can be read"},
      {{"--behaviour", "sleep=1"}, "no behaviour"},
      {{"--behaviour", "unknown_model=200"}, "Allowed: 400|422."},
      {{"--tls-cert", "/nowhere"}, "belong together"},
      {{"--tls-cert", "/nowhere", "--tls-key", "/nowhere"}, "PEM"},
      {{"--workers", "0"}, "--workers"},
      {{"--quick"}, "--help lists"},
      {{"--state", "/proc/nowhere"}, "Choose another folder"},
  };
  for (const auto& [arguments, sentence] : table) {
    const Started started = start(arguments);
    EXPECT_NE(started.status, 0) << arguments.front();
    EXPECT_THAT(started.error, StartsWith("sharpen-service: ")) << arguments.front();
    EXPECT_THAT(started.error, HasSubstr(sentence)) << arguments.front();
    EXPECT_EQ(started.output, "") << arguments.front();
  }
  const Started help = start({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.output, HasSubstr("--idle-exit=SECONDS"));
  EXPECT_THAT(start({"--help-tests"}).output, HasSubstr("aimlapi_form"));
}

TEST(CommandLine, SaysThatAFolderIsInUse) {
  RunningService service;
  const Started second = start({"--state", service.state().string()});
  EXPECT_EQ(second.status, 1);
  EXPECT_THAT(second.error, HasSubstr("Another sharpen-service works in"));
}

TEST(Tls, SpeaksHttpsOnBothPorts) {
  const TestFolder folder;
  const std::string certificate = folder.path() / "cert.pem", key = folder.path() / "key.pem";
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
      "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout " +
      key + " -out " + certificate + " 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  RunningService service({"--tls-cert", certificate, "--tls-key", key});
  EXPECT_THAT(service.url, StartsWith("https://127.0.0.1:"));
  EXPECT_THAT(service.download_url, StartsWith("https://"));
  const std::string id = service.submitted({{"output_format", "png"}});
  (void)service.await(id, "Completed");
  const Response links = send("GET", service.image("/download/" + id));
  EXPECT_EQ(send("GET", links.text("download_url")).body, picture());
}

TEST(Everywhere, DownloadAddressesNameTheHostThatWasAsked) {
  const TestFolder folder;
  RunningService service({"--listen", "0.0.0.0", "--key-file", key_file(folder)});
  const Headers key = {{"X-API-Key", "s3cret-key"}};
  const std::string port = service.url.substr(service.url.rfind(':'));
  const std::string api = "http://127.0.0.1" + port + "/image/v1/";
  const std::string id = service.submit({{"output_format", "png"}}, key).text("process_id");
  std::string address;
  for (int i = 0; i < 400 && address.empty(); ++i) {
    address = send("GET", api + "download/" + id, key).text("download_url");
    if (address.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  EXPECT_THAT(address, StartsWith("http://127.0.0.1:"));
  EXPECT_EQ(send("GET", address).body, picture());
}

TEST(PublicUrl, IsWhatDownloadAddressesBeginWith) {
  RunningService service({"--public-url", "https://pictures.example.org/files/"});
  const std::string id = service.submitted();
  (void)service.await(id, "Completed");
  const Response links = send("GET", service.image("/download/" + id));
  const std::string address = links.text("download_url");
  const std::string base = "https://pictures.example.org/files";
  EXPECT_THAT(address, StartsWith(base + "/output/" + id));
  // The proxy hands on what stands behind its own prefix.
  EXPECT_EQ(send("GET", service.download_url + address.substr(base.size())).status, 200u);
}

}  // namespace
}  // namespace sharpen::test

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "base/glib_error.h"
#include "tests/service/raw_client.h"
#include "tests/service/running_service.h"

namespace sharpen::test {
namespace {

TEST(State, IsPrivate) {
  RunningService service;
  const std::string id = service.submitted();
  (void)service.await(id, "Completed");
  std::vector<std::filesystem::path> paths = {service.state()};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(service.state()))
    paths.push_back(entry.path());
  EXPECT_GT(paths.size(), 6u);
  for (const auto& path : paths) {
    struct stat status = {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 077, 0u) << path;
  }
}

TEST(State, SurvivesAKill) {
  const TestFolder folder;
  std::string id, source;
  const std::vector<std::string> balance = {"--balance", "1000000"};
  {
    RunningService service(with_state(folder, balance));
    id = service.submitted({{"output_format", "png"}});
    source = service.await(id, "Completed").text("source_id");
    EXPECT_EQ(service.end(SIGKILL), -1);
  }
  RunningService service(with_state(folder, balance));
  EXPECT_EQ(service.status(id).text("status"), "Completed");
  const Response links = send("GET", service.image("/download/" + id));
  EXPECT_EQ(send("GET", links.text("download_url")).body, picture());
  EXPECT_EQ(
      send("GET", service.url + "/account/v1/credits/balance").json()["total_credits"].integer(),
      999'999);
  EXPECT_EQ(service.submit({{"source_id", source}}).status, 200u);
}

TEST(State, StartsInterruptedJobsAgainAndChargesThemOnce) {
  for (const char* stage : {"pending_ms=600000", "processing_ms=600000"}) {
    const TestFolder folder;
    std::vector<std::string> ids;
    {
      RunningService service(
          with_state(folder, {"--behaviour", stage, "--workers", "1", "--balance", "100"}));
      for (const char* model : {"Strong", "Natural"})
        ids.push_back(service.submitted({{"model", model}, {"strength", "0.25"}}));
      EXPECT_EQ(service.end(SIGKILL), -1);
    }
    RunningService service(with_state(folder, {"--balance", "100"}));
    for (const std::string& id : ids) (void)service.await(id, "Completed");
    EXPECT_EQ(service.status(ids[1]).text("model"), "Natural");
    const auto charges =
        send("GET", service.url + "/account/v1/credits/charges").json()["charges"].elements();
    EXPECT_EQ(charges.size(), ids.size()) << stage;
  }
}

TEST(State, LosesNoAcceptedJobHoweverOftenItIsKilled) {
  const TestFolder folder;
  const auto arguments = with_state(folder, {"--balance", "100000"});
  std::mutex mutex;
  std::vector<std::string> accepted;
  for (int kills = 0; kills < 3; ++kills) {
    RunningService service(arguments);
    std::vector<std::jthread> uploaders;
    for (int i = 0; i < 4; ++i)
      uploaders.emplace_back([&] {
        for (;;) {
          const Response response =
              service.submit({{"image", picture(), "a.png"}, {"output_format", "png"}});
          if (response.status != 200) return;  // killed
          const std::scoped_lock lock(mutex);
          accepted.push_back(response.text("process_id"));
        }
      });
    const auto enough = static_cast<std::size_t>(kills + 1) * 25;
    for (int tries = 0; tries < 2000; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      const std::scoped_lock lock(mutex);
      if (accepted.size() >= enough) break;
    }
    ::kill(service.pid, SIGKILL);
  }
  ASSERT_GE(accepted.size(), 75u);
  RunningService service(arguments);
  for (const std::string& id : accepted) {
    (void)service.await(id, "Completed");
    const Response links = send("GET", service.image("/download/" + id));
    EXPECT_EQ(send("GET", links.text("download_url")).body, picture()) << id;
  }
  std::multiset<std::string> charged;
  const Response charges = send("GET", service.url + "/account/v1/credits/charges");
  for (const Json& charge : charges.json()["charges"].elements())
    charged.insert(charge["process_id"].string().value_or(""));
  for (const std::string& id : accepted) EXPECT_EQ(charged.count(id), 1u) << id;
  EXPECT_EQ(std::set(charged.begin(), charged.end()).size(), charged.size());
}

TEST(State, IgnoresDamagedRecords) {
  const TestFolder folder;
  {
    RunningService service(with_state(folder, {"--balance", "100"}));
    (void)service.await(service.submitted(), "Completed");
    EXPECT_EQ(service.end(SIGTERM), 0);
  }
  const auto state = folder.path() / "state";
  std::ofstream(state / "charges.jsonl", std::ios::app) << "{\"process_id\":\"cut";
  std::ofstream(state / "jobs" / "d7b3b3b3-7b3b-4b3b-8b3b-3b3b3b3b3b3b.json") << "{";
  std::ofstream(state / "sources" / "x.json") << R"({"id":"../../x","format":"png"})";
  RunningService service(with_state(folder, {"--balance", "100"}));
  EXPECT_EQ(send("GET", service.image("/status")).json().elements().size(), 1u);
  EXPECT_EQ(service.submit().status, 200u);
}

TEST(Signal, EndsTheServiceCleanly) {
  const TestFolder folder;
  RunningService service(with_state(folder, {"--behaviour", "processing_ms=600000"}));
  const std::string id = service.submitted();
  (void)service.await(id, "Processing");
  EXPECT_EQ(service.end(SIGTERM), 0);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "state" / "spool"));
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "state" / "jobs"))
    EXPECT_NE(entry.path().extension(), ".part");
}

TEST(Idleness, EndsTheServiceButNotDuringAJob) {
  RunningService service({"--idle-exit", "1", "--behaviour", "processing_ms=2500"});
  const std::string id = service.submitted();
  std::this_thread::sleep_for(std::chrono::milliseconds(1800));
  EXPECT_TRUE(service.running()) << "a job is being processed";
  EXPECT_EQ(service.wait(), 0);
}

TEST(Idleness, IsNotEndedByAConnectionThatSaidNothing) {
  RunningService service({"--idle-exit", "1"});
  for (const char* said : {"", "GET /image/v1/status HTT"}) {
    RawClient client(service.url);
    ASSERT_TRUE(client.say(said));
  }
  for (int tries = 0; tries < 300 && service.running(); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_FALSE(service.running());
}

TEST(Parent, MayBeGone) {
  // The shell starts the service and ends; nobody reads the service's output any more.
  const TestFolder folder;
  const auto first_line = folder.path() / "line";
  const std::string command =
      std::string("('") + SHARPEN_SERVICE + "' --engine identity --idle-exit 60 --state " +
      (folder.path() / "state").string() + " 2>/dev/null & ) | head -n 1 > " + first_line.string();
  ASSERT_EQ(std::system(command.c_str()), 0);
  const auto json = Json::parse(contents(first_line));
  ASSERT_TRUE(json);
  const std::string url = (*json)["url"].string().value_or("");
  EXPECT_EQ(send("POST", url + "/image/v1/sharpen/async", {}, form({{"image", picture(), "a.png"}}))
                .status,
            200u);
  EXPECT_EQ(::kill(static_cast<pid_t>((*json)["pid"].integer().value_or(0)), SIGTERM), 0);
}

TEST(Parent, HandsTheKeyOverAPipe) {
  const TestFolder folder;
  const auto launcher = Ref<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(
      GSubprocessFlags(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE)));
  const std::string state = folder.path() / "state";
  const auto process = Ref<GSubprocess>::adopt(
      g_subprocess_launcher_spawn(launcher.get(), nullptr, SHARPEN_SERVICE, "--engine", "identity",
                                  "--key-file", "-", "--state", state.c_str(), nullptr));
  // The pipe stays open: the end of the line has to be enough.
  g_output_stream_write_all(g_subprocess_get_stdin_pipe(process.get()), "one-time\n", 9, nullptr,
                            nullptr, nullptr);
  const auto lines = Ref<GDataInputStream>::adopt(
      g_data_input_stream_new(g_subprocess_get_stdout_pipe(process.get())));
  const OwnedChars line(g_data_input_stream_read_line(lines.get(), nullptr, nullptr, nullptr));
  const auto json = Json::parse(line.get());
  ASSERT_TRUE(json);
  const std::string url = (*json)["url"].string().value_or("") + "/image/v1/status";
  EXPECT_EQ(send("GET", url, {{"X-API-Key", "one-time"}}).status, 200u);
  EXPECT_EQ(send("GET", url).status, 401u);
  g_subprocess_send_signal(process.get(), SIGTERM);
  g_subprocess_wait(process.get(), nullptr, nullptr);
}

}  // namespace
}  // namespace sharpen::test

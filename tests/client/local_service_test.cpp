#include "client/local/local_service.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "base/glib_error.h"
#include "base/json.h"
#include "base/lease.h"
#include "client/http/deadline.h"
#include "client/http/http.h"
#include "client/jobs/job.h"
#include "client/jobs/job_run.h"
#include "client/local/detached_process.h"
#include "client/local/revived_service.h"
#include "tests/client/fake_topaz.h"
#include "tests/client/test_folder.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string read_whole(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The folders of a user who has never run us, set before GLib looks at them.
class LocalServiceTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_.emplace();
    ::setenv("XDG_RUNTIME_DIR", (folder_->path() / "run").c_str(), 1);
    ::setenv("XDG_CACHE_HOME", (folder_->path() / "cache").c_str(), 1);
    ::setenv("TOPAZ_API_KEY", "recognisable-topaz", 1);
    ::setenv("AIMLAPI_KEY", "recognisable-aiml", 1);
    ::setenv("SHARPEN_SERVICE_KEY", "recognisable-own", 1);
    ::setenv("MY_PASSWORD", "recognisable-other", 1);
  }
  static void TearDownTestSuite() { folder_.reset(); }
  void TearDown() override {
    if (const auto process = remembered().process; process > 0) kill_and_reap(process);
    std::filesystem::remove_all(folder_->path() / "run");
  }

  static void kill_and_reap(pid_t process) {
    ASSERT_GT(process, 0);
    ::kill(process, SIGKILL);
    ::waitpid(process, nullptr, 0);
    for (int i = 0; i < 500 && ::kill(process, 0) == 0; ++i) std::this_thread::sleep_for(10ms);
  }

  static std::filesystem::path note() {
    std::string name_space = Lease::mine().name_space;
    std::erase_if(name_space, [](char c) { return !g_ascii_isdigit(c); });
    return folder_->path() / "run" / "remote-sharpen" / ("service-" + name_space + ".json");
  }
  static Lease remembered() {
    const auto json = Json::parse(read_whole(note()));
    return json ? Lease::from_text((*json)["process"].string().value_or("")) : Lease();
  }
  /// A stand-in for sharpen-service.
  static Home home_with(const std::string& script) {
    const auto folder = folder_->path() / "stand-in";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "sharpen-service") << "#!/bin/sh\n" << script;
    ::chmod((folder / "sharpen-service").c_str(), 0755);
    return {.program = folder, .user = folder_->path() / "user", .ca_file = {}};
  }
  static Home home() {
    return {.program = SERVICE_FOLDER, .user = folder_->path() / "user", .ca_file = {}};
  }

  static inline std::optional<TestFolder> folder_;
};

int status_with_key(const ServiceAddress& address, const std::string& key) {
  HttpRequest request;
  request.url = address.base_url + "/image/v1/status";
  request.headers = {{"X-API-Key", key}};
  const auto answer = Http().send(request, nullptr);
  return answer ? answer->status : 0;
}

TEST_F(LocalServiceTest, StartsOneThatTakesItsKeyOnly) {
  const auto address = local_service(home(), nullptr);
  ASSERT_TRUE(address) << address.error().text();
  EXPECT_EQ(address->kind, ServiceKind::this_computer);
  EXPECT_THAT(address->base_url, testing::StartsWith("http://127.0.0.1:"));
  EXPECT_GE(address->key.size(), 32U);
  EXPECT_EQ(status_with_key(*address, address->key), 200);
  EXPECT_EQ(status_with_key(*address, "another"), 401);
}

TEST_F(LocalServiceTest, IsDetachedAndSeesNoKey) {
  const auto address = local_service(home(), nullptr);
  ASSERT_TRUE(address) << address.error().text();
  const auto process = remembered().process;
  EXPECT_EQ(::getsid(process), process) << "killing our process group must not end it";
  EXPECT_EQ(::getpgid(process), process);
  const auto proc = std::filesystem::path("/proc") / std::to_string(process);
  EXPECT_EQ(std::filesystem::read_symlink(proc / "cwd"), "/");
  const auto command = read_whole(proc / "cmdline"), variables = read_whole(proc / "environ");
  EXPECT_THAT(variables, HasSubstr("XDG_CACHE_HOME="));
  for (const auto& text : {command, variables}) {
    EXPECT_THAT(text, testing::Not(HasSubstr(address->key)));
    EXPECT_THAT(text, testing::Not(HasSubstr("recognisable")));
  }
}

TEST_F(LocalServiceTest, KeepsItsNotePrivate) {
  ASSERT_TRUE(local_service(home(), nullptr));
  struct stat entry = {};
  ASSERT_EQ(::stat(note().c_str(), &entry), 0);
  EXPECT_EQ(entry.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat(note().parent_path().c_str(), &entry), 0);
  EXPECT_EQ(entry.st_mode & 0777, 0700U);
}

TEST_F(LocalServiceTest, AJobThatIsPlacedIsForgottenThereToo) {
  test::JobRoom room;
  const auto address = local_service(home(), nullptr);
  ASSERT_TRUE(address) << address.error().text();
  const auto service = open_service(*address);
  const auto result = run_job(room.request(*address), room.home, {}, nullptr);
  ASSERT_TRUE(result) << result.error().text();
  const auto id = room.entries().at(0).process_id;
  EXPECT_TRUE((*service)->status(id, nullptr)) << "kept until the result has its place";
  ASSERT_TRUE(finish_job(result->journal_id, room.home));
  EXPECT_EQ((*service)->status(id, nullptr).error().kind, ErrorKind::not_found);
  // A preview is in no journal, and its job is gone once its result is here.
  auto preview = room.request(*address);
  preview.preview = true;
  preview.upload.name = "preview.png";
  ASSERT_TRUE(run_job(preview, room.home, {}, nullptr));
  EXPECT_FALSE(*(*service)->find_by_name("preview.png", nullptr));
}

TEST_F(LocalServiceTest, IsReusedByALaterRun) {
  const auto first = local_service(home(), nullptr);
  const auto second = local_service(home(), nullptr);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->base_url, second->base_url);
  EXPECT_EQ(first->key, second->key);
}

TEST_F(LocalServiceTest, ManyAtOnceEndUpWithOne) {
  std::set<std::string> addresses;
  std::mutex mutex;
  {
    std::vector<std::jthread> runs;
    for (int i = 0; i < 6; ++i)
      runs.emplace_back([&] {
        const auto address = local_service(home(), nullptr);
        const std::lock_guard guard(mutex);
        addresses.insert(address ? address->base_url : address.error().text());
      });
  }
  EXPECT_THAT(addresses, testing::ElementsAre(testing::StartsWith("http://127.0.0.1:")));
}

TEST_F(LocalServiceTest, IsStartedAgainIfItDied) {
  const auto first = local_service(home(), nullptr);
  ASSERT_TRUE(first);
  kill_and_reap(remembered().process);
  const auto second = local_service(home(), nullptr);
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_NE(first->key, second->key);
  EXPECT_EQ(status_with_key(*second, second->key), 200);
}

/// The service is killed at the first progress of this stage, or of a later one, beyond this
/// fraction.
struct Moment {
  Stage stage;
  double beyond = -1;
  bool operator()(const JobProgress& now) const {
    return now.stage >= stage && now.fraction.value_or(0) > beyond;
  }
};
/// In the middle of a request: the fraction at which it begins is reported before.
constexpr Moment while_sending{Stage::uploading, 0.02};

/// Whatever would be tried again after a pause is given up.
Pace without_pauses() {
  Pace pace;
  pace.first_poll = pace.longest_poll = 10ms;
  pace.tries = pace.busy_tries = 1;
  pace.unreachable = 0ms;
  return pace;
}

TEST_F(LocalServiceTest, ARunGoesOnAsIfNothingHadHappenedWhereverTheServiceIsKilled) {
  for (const Moment moment : {Moment{Stage::preparing}, Moment{Stage::uploading}, while_sending,
                              Moment{Stage::waiting}, Moment{Stage::downloading}}) {
    test::JobRoom room;
    room.home.program = SERVICE_FOLDER;
    const auto address = local_service(home(), nullptr);
    ASSERT_TRUE(address) << address.error().text();
    const auto first = remembered();
    bool killed = false;
    const auto result = JobRun(
                            *address, room.home,
                            [&](const JobProgress& progress) {
                              if (!moment(progress) || std::exchange(killed, true)) return;
                              kill_and_reap(first.process);
                            },
                            nullptr, without_pauses())
                            .start(room.request(*address));
    ASSERT_TRUE(result) << title_of(moment.stage) << ": " << result.error().text();
    EXPECT_TRUE(killed);
    EXPECT_NE(remembered(), first);
    EXPECT_EQ(room.entries().size(), 1u);
    ASSERT_TRUE(finish_job(result->journal_id, room.home));
  }
}

TEST_F(LocalServiceTest, TheAddressOfAResultIsThatOfTheNextOne) {
  test::JobRoom room;
  const auto address = local_service(home(), nullptr);
  ASSERT_TRUE(address) << address.error().text();
  ASSERT_TRUE(run_job(room.request(*address), room.home, {}, nullptr));
  const auto id = room.entries().at(0).process_id;
  const auto service = open_revived(*address, home());
  ASSERT_TRUE(service);
  const auto old = (*service)->download_url(id, nullptr);
  ASSERT_TRUE(old) << old.error().text();
  kill_and_reap(remembered().process);
  const auto download = [&](const std::string& url) {
    return (*service)->download(url, room.folder.path() / "result", 1 << 20, {}, nullptr, {});
  };
  const auto gone = download(*old);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, ErrorKind::not_found) << "which is why a run asks for it again";
  const auto next = (*service)->download_url(id, nullptr);
  ASSERT_TRUE(next) << next.error().text();
  EXPECT_TRUE(download(*next));
}

TEST_F(LocalServiceTest, ThatItDoesNotStartAgainIsNotBlamedOnTheNetwork) {
  for (const Moment moment : {while_sending, Moment{Stage::waiting}, Moment{Stage::downloading}}) {
    test::JobRoom room;
    room.home.program = home_with("exit 3\n").program;
    const auto address = local_service(home(), nullptr);
    ASSERT_TRUE(address) << address.error().text();
    const auto process = remembered().process;
    bool killed = false;
    const auto result = run_job(
        room.request(*address), room.home,
        [&](const JobProgress& progress) {
          if (moment(progress) && !std::exchange(killed, true)) kill_and_reap(process);
        },
        nullptr);
    ASSERT_FALSE(result) << title_of(moment.stage);
    EXPECT_THAT(result.error().message, HasSubstr("ended at once"));
    EXPECT_THAT(result.error().text(), testing::Not(HasSubstr("Internet")));
  }
}

TEST_F(LocalServiceTest, APreviewStartsOneThatHasLeftMeanwhile) {
  test::JobRoom room;
  room.home.program = SERVICE_FOLDER;
  const auto address = local_service(home(), nullptr);
  ASSERT_TRUE(address) << address.error().text();
  auto preview = room.request(*address);
  preview.preview = true;
  const auto first = run_job(preview, room.home, {}, nullptr);
  ASSERT_TRUE(first) << first.error().text();
  kill_and_reap(remembered().process);
  // The picture that it was sent is still there.
  auto again = room.request(*address);
  again.preview = true;
  again.upload.source_id = first->source_id;
  const auto second = run_job(again, room.home, {}, nullptr);
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_EQ(second->source_id, first->source_id);
}

TEST_F(LocalServiceTest, APriceIsAskedOfTheNextOne) {
  const auto address = local_service(home(), nullptr);
  ASSERT_TRUE(address) << address.error().text();
  kill_and_reap(remembered().process);
  const PlannedJob jobs[] = {{1000, 1000, {}}, {2000, 1000, {}}};
  const Price price = price_of(jobs, *address, home(), nullptr);
  EXPECT_TRUE(price.confirmed);
  EXPECT_TRUE(price.seconds);
}

TEST_F(LocalServiceTest, AJobOfTheOneThatDiedIsRecoveredFromTheNext) {
  test::JobRoom room;
  room.home.program = SERVICE_FOLDER;
  const auto address = local_service(home(), nullptr);
  ASSERT_TRUE(address) << address.error().text();
  const auto run = run_job(room.request(*address), room.home, {}, nullptr);
  ASSERT_TRUE(run) << run.error().text();
  auto entry = room.entries().at(0);
  entry.result_file.clear();
  entry.process_id.clear();  // the answer of the submit was lost
  entry.step = JobStep::submitting;
  kill_and_reap(remembered().process);
  const auto later = local_service(home(), nullptr);
  ASSERT_TRUE(later) << later.error().text();
  const auto result = resume_job(entry, *later, room.home, {}, nullptr);
  EXPECT_TRUE(result) << result.error().text();
}

TEST_F(LocalServiceTest, OneThatEndsAgainAndAgainIsNotStartedForEver) {
  const auto address = local_service(home(), nullptr);
  ASSERT_TRUE(address) << address.error().text();
  const auto service = open_revived(*address, home());
  ASSERT_TRUE(service);
  ErrorKind last = ErrorKind::not_found;
  int deaths = 0;
  for (; last == ErrorKind::not_found && deaths < 10; ++deaths) {
    kill_and_reap(remembered().process);
    last = (*service)->status("123e4567-e89b-42d3-a456-426614174000", nullptr).error().kind;
  }
  EXPECT_EQ(last, ErrorKind::io);
  EXPECT_EQ(deaths, 4);
}

TEST_F(LocalServiceTest, AProcessOfAnotherSandboxIsNotKilled) {
  ASSERT_TRUE(local_service(home(), nullptr));
  const auto real = remembered();
  const auto other = start_detached("/bin/sleep", {"1000"}, "");
  ASSERT_TRUE(other) << other.error().text();
  // There it was the service; here it is somebody else.
  auto stranger = Lease::of(other->id);
  stranger.name_space = "pid:[1]";
  auto text = read_whole(note());
  text.replace(text.find(real.text()), real.text().size(), stranger.text());
  text.replace(text.find("http://"), text.find("\"", text.find("http://")) - text.find("http://"),
               "http://127.0.0.1:1");
  std::ofstream(note()) << text;
  kill_and_reap(real.process);
  const auto address = local_service(home(), nullptr);
  EXPECT_TRUE(address) << address.error().text();
  EXPECT_TRUE(Lease::of(other->id).alive(0s)) << "it is none of ours";
  end_child(other->id);
}

TEST_F(LocalServiceTest, StartsBesideOneThatNobodyRemembers) {
  const auto first = local_service(home(), nullptr);
  ASSERT_TRUE(first) << first.error().text();
  const auto forgotten = remembered().process;
  std::filesystem::remove(note());
  const auto second = local_service(home(), nullptr);
  EXPECT_TRUE(second) << second.error().text();
  EXPECT_NE(remembered().process, forgotten);
  kill_and_reap(forgotten);
}

TEST_F(LocalServiceTest, AKeyIsNotSentToWhoeverHasThePortNow) {
  const auto first = local_service(home(), nullptr);
  ASSERT_TRUE(first);
  // The note of a process that is gone, though its address answers.
  const auto real = remembered();
  auto gone = real;
  --gone.start_time;
  auto text = read_whole(note());
  text.replace(text.find(real.text()), real.text().size(), gone.text());
  std::ofstream(note()) << text;
  kill_and_reap(real.process);
  const auto second = local_service(home(), nullptr);
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_NE(first->key, second->key);
}

TEST_F(LocalServiceTest, APriceIsNotAskedOfWhoeverHasThePortNow) {
  const test::FakeServer stranger([](const test::FakeRequest&) { return test::FakeAnswer{}; });
  auto address = local_service(home(), nullptr);
  ASSERT_TRUE(address) << address.error().text();
  kill_and_reap(remembered().process);
  address->base_url = stranger.url();
  const PlannedJob jobs[] = {{1000, 1000, {}}};
  EXPECT_TRUE(price_of(jobs, *address, home(), nullptr).confirmed);
  EXPECT_TRUE(stranger.requests().empty()) << "with the key";
}

TEST_F(LocalServiceTest, AnUnreadableNoteIsNoHindrance) {
  for (const char* text :
       {"", "{", "[]", R"({"url":1})", R"({"url":"x","key":"y","process":"z"})"}) {
    std::filesystem::create_directories(note().parent_path());
    std::ofstream(note()) << text;
    const auto address = local_service(home(), nullptr);
    ASSERT_TRUE(address) << text << ": " << address.error().text();
    kill_and_reap(remembered().process);
  }
}

TEST_F(LocalServiceTest, SaysWhyItDoesNotStart) {
  const struct {
    const char* script;
    const char* part;
  } rows[] = {
      {"exit 3\n", "ended at once"},
      {"echo 'sharpen-service: no room on the disk' >&2; exit 1\n", "no room on the disk"},
      {"echo '{}'\n", "ended at once"},
      {"head -n 1\n", "ended at once"},
  };
  for (const auto& row : rows) {
    const auto address = local_service(home_with(row.script), nullptr);
    ASSERT_FALSE(address) << row.script;
    EXPECT_EQ(address.error().kind, ErrorKind::io);
    EXPECT_THAT(address.error().message, HasSubstr(row.part));
    EXPECT_FALSE(address.error().hint.empty());
  }
  const auto missing = local_service({.program = "/nowhere", .user = {}, .ca_file = {}}, nullptr);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("/nowhere/sharpen-service"));
}

TEST_F(LocalServiceTest, IsCancelledWhileItStarts) {
  const auto cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
  std::jthread canceller([&] {
    std::this_thread::sleep_for(100ms);
    g_cancellable_cancel(cancellable.get());
  });
  const auto start = std::chrono::steady_clock::now();
  const auto address = local_service(home_with("sleep 30\n"), cancellable.get());
  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().kind, ErrorKind::cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
}

TEST_F(LocalServiceTest, ComplaintsBeforeTheAddressDoNoHarm) {
  const auto script = std::string("exec 3>&1; echo 'a library warns' >&2\nexec '") +
                      SERVICE_FOLDER + "/sharpen-service' \"$@\"\n";
  const auto address = local_service(home_with(script), nullptr);
  ASSERT_TRUE(address) << address.error().text();
  EXPECT_EQ(status_with_key(*address, address->key), 200);
}

}  // namespace
}  // namespace sharpen

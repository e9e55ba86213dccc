// Faults: jobs through randomly spoilt exchanges and killed clients; what is lost, what is paid
// twice.
//
// Usage: faults [--jobs 500] [--seed N] [--json FILE]
//
// Each job runs in a client process of its own between which and a real sharpen-service stands the
// fault proxy. Most clients are killed (SIGKILL) at a random step or time, some have a disk that
// gets full; then others, some of which fare no better, recover as plug-in-remote-sharpen-recover
// does, and a job that was not charged is started again, as a user would. Some GIMPs die with the
// result in an image that was not saved: then the same script, or a recovery of such results, has
// to bring it without a second charge. In the end each job has to have one result and one charge,
// by the service's own count. Some jobs never end while their client waits. Last come jobs on "This
// computer", whose service is killed in the midst of each.

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <format>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <print>
#include <random>
#include <stdexcept>
#include <thread>

#include "base/glib_error.h"
#include "base/json.h"
#include "base/sqlite.h"
#include "client/journal/journal.h"
#include "faults_soak/client.h"
#include "faults_soak/local_deaths.h"
#include "image/picture.h"
#include "tests/client/test_folder.h"
#include "tests/fault_proxy/fault_proxy.h"
#include "tests/fault_proxy/service_process.h"

namespace {

using namespace sharpen;
using namespace sharpen::soak;
namespace fs = std::filesystem;

[[noreturn]] void give_up(const std::string& why) { throw std::runtime_error(why); }

struct Counts {
  int jobs = 0, charges = 0, results = 0, lost = 0, charged_twice = 0, killed = 0, attempts = 0;
  int run_again = 0, unsaved = 0, full_disks = 0;
  int here_jobs = 0, here_results = 0;
};

class Soak {
 public:
  Soak(int jobs, unsigned seed)
      : seed_(seed),
        service_(SHARPEN_SERVICE, folder_.path() / "state", key,
                 {"--engine", "identity", "--public-url", proxy_.result_url()}) {
    counts_.jobs = jobs;
    // Before GLib looks at them: the service of this computer is one of our own.
    for (const char* variable : {"XDG_RUNTIME_DIR", "XDG_CACHE_HOME"})
      ::setenv(variable, folder_.path().c_str(), 1);
    proxy_.connect(service_.url(), service_.download_url());
    fs::create_directories(home_.user);
    PictureInfo info;
    info.width = info.height = side;
    auto writer = create_picture(home_.user / "picture.png", FileFormat::png, info);
    const std::vector<std::byte> pixels(info.bytes_per_row() * info.height, std::byte{77});
    if (!writer || !(*writer)->write(pixels) || !(*writer)->finish()) give_up("no picture");
  }

  Counts run() {
    for (int job = 1; job <= counts_.jobs; ++job) {
      random_.seed(seed_ * 100'003u + static_cast<unsigned>(job));
      one_job(std::to_string(job));
      if (job % 50 == 0) std::println(std::cerr, "{} of {} jobs", job, counts_.jobs);
    }
    std::map<std::string, int> charged;
    for (const auto& name : service_.charges()) ++charged[job_of(name)];
    for (int job = 1; job <= counts_.jobs; ++job) {
      const auto name = std::to_string(job);
      const int charges = charged[name];
      counts_.charges += charges;
      counts_.results += has_result(name);
      counts_.lost += charges > 0 && !has_result(name);
      counts_.charged_twice += charges > 1;
      if (charges != 1 || !has_result(name)) print_log(name);
    }
    counts_.here_jobs = std::max(5, counts_.jobs / 10);
    counts_.here_results =
        jobs_through_deaths(SHARPEN_SERVICE, folder_.path(), home_.user / "picture.png", side,
                            counts_.here_jobs, seed_);
    return counts_;
  }

 private:
  int below(int limit) { return std::uniform_int_distribution(0, limit - 1)(random_); }
  bool has_result(const std::string& job) const { return fs::exists(saved_result(home_, job)); }

  void print_log(const std::string& job) const {
    std::ifstream log(home_.user / "log");
    for (std::string line; std::getline(log, line);)
      if (job_of(line) == job) std::println(std::cerr, "{}", line);
  }

  /// The service never says that a job has ended.
  static test::Fault never_ending() {
    test::Fault fault;
    fault.exchange = test::Exchange::status;
    fault.kind = test::FaultKind::rewrite;
    fault.find = "Completed";
    fault.body = "Processing";
    fault.times = 1'000'000;
    return fault;
  }

  void arm_some() {
    using test::Exchange;
    using test::FaultKind;
    static constexpr std::array kinds = {
        FaultKind::reset_before_body, FaultKind::reset_in_body, FaultKind::reset_after_body,
        FaultKind::lose_answer,       FaultKind::delay,         FaultKind::truncate,
        FaultKind::duplicate,         FaultKind::corrupt,       FaultKind::answer,
        FaultKind::answer_instead};
    static constexpr std::array exchanges = {Exchange::submit, Exchange::submit,  Exchange::status,
                                             Exchange::list,   Exchange::address, Exchange::result};
    static constexpr std::array statuses = {301, 401, 402, 403, 404, 409, 412, 413,
                                            415, 422, 425, 429, 500, 502, 503, 504};
    static constexpr std::array bodies = {R"({"message":"no"})", "<html>no</html>", ""};
    proxy_.disarm();
    if (below(20) == 0) return proxy_.arm(never_ending());
    for (int faults = below(4); faults > 0; --faults) {
      test::Fault fault;
      fault.exchange = exchanges.at(static_cast<std::size_t>(below(exchanges.size())));
      fault.kind = kinds.at(static_cast<std::size_t>(below(kinds.size())));
      fault.times = 1 + below(4);
      fault.status = statuses.at(static_cast<std::size_t>(below(statuses.size())));
      // A refusal means that the job was not taken; after taking it, only a gateway says something
      // else.
      if (fault.exchange == Exchange::submit && fault.kind == FaultKind::answer_instead)
        fault.status = 500 + below(5);
      fault.body = bodies.at(static_cast<std::size_t>(below(bodies.size())));
      fault.pause = std::chrono::milliseconds(below(30));
      proxy_.arm(fault);
    }
  }

  /// Runs this program as a client; kills it at a step of the proxy or at a time, fills its disk,
  /// or lets it be.
  bool client(std::vector<std::string> what, bool may_kill) {
    const int full_after = may_kill && below(10) == 0 ? 1 + below(12) : 0;
    counts_.full_disks += full_after > 0;
    what.insert(what.begin(), {"/proc/self/exe", "--client", home_.user.string(), proxy_.api_url(),
                               std::to_string(full_after)});
    std::vector<const char*> arguments;
    for (const auto& word : what) arguments.push_back(word.c_str());
    arguments.push_back(nullptr);
    const int way = may_kill ? below(5) : 4;
    const int kill_step = way < 2 ? 1 + below(16) : 0;
    const auto delay = std::chrono::microseconds(way < 2 ? below(4000) : below(150'000));
    // Shared: the proxy may still be in a step when the client has ended.
    struct Running {
      std::atomic<int> steps = 0;
      std::mutex mutex;
      Ref<GSubprocess> process;
      void kill() {
        const std::lock_guard lock(mutex);
        if (process) g_subprocess_send_signal(process.get(), SIGKILL);
      }
    };
    const auto running = std::make_shared<Running>();
    proxy_.on_step([running, kill_step, delay] {
      if (++running->steps != kill_step) return;
      std::this_thread::sleep_for(delay);
      running->kill();
    });
    GErrorGuard error;
    {
      const std::lock_guard lock(running->mutex);
      running->process = Ref<GSubprocess>::adopt(
          g_subprocess_newv(arguments.data(), G_SUBPROCESS_FLAGS_STDERR_SILENCE, error.out()));
    }
    auto* process = running->process.get();
    if (!process) give_up(error.message());
    if (way == 2) {
      std::this_thread::sleep_for(delay);
      running->kill();
    }
    g_subprocess_wait(process, nullptr, nullptr);
    proxy_.on_step({});
    if (g_subprocess_get_if_signaled(process)) {
      if (g_subprocess_get_term_sig(process) != SIGKILL) give_up("a client crashed");
      ++counts_.killed;
      return false;
    }
    return g_subprocess_get_exit_status(process) == 0;
  }

  Journal journal() const {
    auto journal = Journal::open(home_.journal());
    if (!journal) give_up(journal.error().text());
    if (!journal->notice().empty()) give_up(journal->notice());
    return *std::move(journal);
  }
  bool journal_is_empty() const {
    const auto entries = journal().unfinished();
    return entries && entries->empty();
  }
  bool has_placed() const {
    const auto entries = journal().placed();
    return entries && !entries->empty();
  }

  /// A submit that never arrived is only given up after a quarter of an hour.
  void let_time_pass() const {
    auto database = sqlite::Database::open(home_.journal(), 5000);
    if (!database || !database->run("UPDATE jobs SET created = created - 3600"))
      give_up("the journal cannot be changed");
  }

  void recover() {
    for (int rounds = below(3); rounds > 0 && !journal_is_empty(); --rounds) {
      arm_some();
      client({words::recover}, true);
    }
    proxy_.disarm();
    for (int rounds = 0; !journal_is_empty(); ++rounds) {
      if (rounds == 3) let_time_pass();
      if (rounds > 6) return;  // counted as lost if it was charged
      client({words::recover}, false);
    }
  }

  void one_job(const std::string& job) {
    constexpr int most_attempts = 20;
    for (int attempt = 1; attempt <= most_attempts && !has_result(job); ++attempt) {
      ++counts_.attempts;
      arm_some();
      const char* script = below(8) == 0 ? words::insert : words::run;
      client({script, std::format("gimp-{}-{}.png", job, attempt)}, true);
      // Else the same script meets in a new process what is left of the job.
      if (below(2) == 0 && !has_result(job) && attempt < most_attempts / 2) {
        ++counts_.run_again;
        continue;
      }
      recover();
      if (has_result(job)) return;
      if (has_placed()) return bring_back(job);
      for (const auto& name : service_.charges())
        if (job_of(name) == job) return;
    }
  }

  /// The image with the result is gone. Nothing may be charged for it any more.
  void bring_back(const std::string& job) {
    ++counts_.unsaved;
    for (int round = 1; round <= 6 && !has_result(job); ++round) {
      const bool disturbed = round <= 3;
      if (disturbed) arm_some();
      const std::string again = std::format("gimp-{}-again{}.png", job, round);
      client(below(2) == 0 ? std::vector<std::string>{words::run, again}
                           : std::vector<std::string>{words::recover_placed},
             disturbed);
      recover();
    }
  }

  unsigned seed_;
  std::mt19937 random_;
  TestFolder folder_;
  Home home_{.program = {}, .user = folder_.path() / "user", .ca_file = {}};
  test::FaultProxy proxy_;
  test::ServiceProcess service_;
  Counts counts_;
};

int run_soak(std::span<char*> arguments) {
  int jobs = 500;
  unsigned seed = std::random_device()();
  std::string json_file;
  for (std::size_t i = 1; i < arguments.size(); i += 2) {
    const std::string_view option = arguments[i];
    const char* value = i + 1 < arguments.size() ? arguments[i + 1] : nullptr;
    if (option == "--jobs" && value)
      jobs = std::stoi(value);
    else if (option == "--seed" && value)
      seed = static_cast<unsigned>(std::stoul(value));
    else if (option == "--json" && value)
      json_file = value;
    else {
      std::println("Usage: faults [--jobs 500] [--seed N] [--json FILE]");
      return option == "--help" ? 0 : 2;
    }
  }
  std::println(std::cerr, "seed {}", seed);
  const auto counts = Soak(jobs, seed).run();
  const std::pair<const char*, std::int64_t> rows[] = {{"jobs", counts.jobs},
                                                       {"charges", counts.charges},
                                                       {"results", counts.results},
                                                       {"lost", counts.lost},
                                                       {"charged_twice", counts.charged_twice},
                                                       {"killed", counts.killed},
                                                       {"attempts", counts.attempts},
                                                       {"run_again", counts.run_again},
                                                       {"unsaved", counts.unsaved},
                                                       {"full_disks", counts.full_disks},
                                                       {"here_jobs", counts.here_jobs},
                                                       {"here_results", counts.here_results},
                                                       {"seed", seed}};
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : rows) {
    std::println("{:<14} {:>10}", name, value);
    json.member(name, value);
  }
  if (!json_file.empty()) std::ofstream(json_file) << json.end_object().text(true) << '\n';
  const bool good = counts.lost == 0 && counts.charged_twice == 0 &&
                    counts.results == counts.jobs && counts.charges == counts.jobs &&
                    counts.here_results == counts.here_jobs;
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  const bool is_client = argc > 5 && std::string_view(argv[1]) == "--client";
  return is_client ? run_as_client(arguments) : run_soak(arguments);
} catch (const std::exception& problem) {
  std::println(std::cerr, "faults: {}", problem.what());
  return 2;
}

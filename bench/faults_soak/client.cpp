#include "client.h"

#include <signal.h>
#include <sys/resource.h>

#include <format>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include "client/jobs/job_run.h"

namespace sharpen::soak {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

const Pace quick = {.first_poll = 2ms,
                    .longest_poll = 10ms,
                    .poll_growth = 1.5,
                    .first_backoff = 2ms,
                    .longest_backoff = 10ms,
                    .not_found_grace = 300ms,
                    .deadline = 1s,
                    .cancel_limit = 500ms,
                    .tries = 3,
                    .busy_tries = 3};

[[noreturn]] void give_up(const std::string& why) { throw std::runtime_error(why); }

/// From now on no file of this process gets longer than a small picture.
void fill_disk() {
  constexpr rlimit full = {300, 300};
  ::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &full);
}

/// One client: where it is, and what happens to its disk.
class Client {
 public:
  Client(Home home, ServiceAddress address, int reports)
      : home_(std::move(home)),
        address_(std::move(address)),
        on_progress_([reports](const JobProgress&) mutable {
          if (--reports == 0) fill_disk();
        }) {}

  int script(const std::string& name, bool saves) {
    fs::create_directories(home_.spool());
    JobRequest request;
    request.service = address_;
    request.upload.name = name;
    request.upload.file = home_.spool() / name;
    request.upload.width = request.upload.height = side;
    fs::copy_file(home_.user / "picture.png", request.upload.file);
    const auto result = start().start(request);
    if (!result) {
      note(name, std::format("{}: {}", name_of(result.error().kind), result.error().text()));
      return 1;
    }
    if (saves)
      save(*result, job_of(name));
    else if (auto placed = placed_job(result->journal_id, home_); !placed)
      give_up(placed.error().text());
    return 0;
  }

  int recover(bool placed_too) {
    auto journal = Journal::open(home_.journal());
    if (!journal) give_up(journal.error().text());
    const auto entries = placed_too ? journal->placed() : journal->unfinished();
    if (!entries) give_up(entries.error().text());
    int failed = 0;
    for (const auto& entry : *entries) {
      const auto adopted = journal->adopt(entry.id);
      if (!adopted || !*adopted) continue;
      const auto result = start().resume(**adopted);
      if (result) {
        save(*result, job_of(entry.upload_name));
        continue;
      }
      ++failed;
      note(entry.upload_name,
           std::format("recovered from step {} ({}): {}: {}", static_cast<int>(entry.step),
                       entry.process_id, name_of(result.error().kind), result.error().text()));
    }
    return failed == 0 ? 0 : 1;
  }

 private:
  JobRun start() { return JobRun(address_, home_, on_progress_, nullptr, quick); }

  /// Puts a result where the user has it, then forgets the job: in this order.
  void save(const JobResult& result, const std::string& job) {
    const auto file = saved_result(home_, job);
    const auto part = fs::path(file.string() + ".part");
    fs::create_directories(file.parent_path());
    fs::copy_file(result.file.path(), part, fs::copy_options::overwrite_existing);
    fs::rename(part, file);
    if (auto finished = finish_job(result.journal_id, home_); !finished)
      give_up(finished.error().text());
  }

  /// What became of a job in one client, for the report of a job that was lost.
  void note(const std::string& upload_name, const std::string& what) const {
    std::ofstream(home_.user / "log", std::ios::app) << upload_name << ": " << what << '\n';
  }

  Home home_;
  ServiceAddress address_;
  OnProgress on_progress_;
};

}  // namespace

fs::path saved_result(const Home& home, const std::string& job) {
  return home.user / "results" / job;
}

std::string job_of(const std::string& upload_name) {
  const auto from = upload_name.find('-') + 1;
  return upload_name.substr(from, upload_name.find('-', from) - from);
}

int run_as_client(std::span<char*> arguments) {
  Client client({.program = {}, .user = arguments[2], .ca_file = {}},
                {ServiceKind::topaz, arguments[3], key, {}}, std::stoi(arguments[4]));
  const std::string_view what = arguments[5];
  if (what == words::recover || what == words::recover_placed)
    return client.recover(what == words::recover_placed);
  return client.script(arguments[6], what == words::run);
}

}  // namespace sharpen::soak

#include "local_deaths.h"

#include <signal.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <print>
#include <random>
#include <string>
#include <thread>

#include "base/json.h"
#include "base/lease.h"
#include "client/jobs/job.h"
#include "client/local/local_service.h"

namespace sharpen {
namespace {

namespace fs = std::filesystem;

/// Kills the service that the notes in the runtime folder name, if it runs.
void kill_service(const fs::path& folder) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder / "remote-sharpen", none)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    const auto json = Json::parse(text);
    const auto owner = json ? (*json)["process"].string() : std::nullopt;
    const Lease lease = Lease::from_text(owner.value_or(""));
    if (lease.process > 0 && lease.alive(std::chrono::seconds(0))) ::kill(lease.process, SIGKILL);
  }
}

}  // namespace

int jobs_through_deaths(const fs::path& service_program, const fs::path& folder,
                        const fs::path& picture, std::uint32_t side, int jobs, unsigned seed) {
  const Home home{.program = service_program.parent_path(), .user = folder / "here", .ca_file = {}};
  fs::create_directories(home.spool());
  std::mt19937 random(seed);
  int results = 0;
  for (int job = 1; job <= jobs; ++job) {
    const auto address = local_service(home, nullptr);
    if (!address) {
      std::println(std::cerr, "job {} here: {}", job, address.error().text());
      continue;
    }
    JobRequest request;
    request.service = *address;
    request.upload.file = home.spool() / (std::to_string(job) + ".png");
    request.upload.width = request.upload.height = side;
    fs::copy_file(picture, request.upload.file);
    const std::chrono::microseconds delay(std::uniform_int_distribution(0, 200'000)(random));
    const std::jthread killer([&] {
      std::this_thread::sleep_for(delay);
      kill_service(folder);
    });
    const auto result = run_job(request, home, {}, nullptr);
    if (result) {
      ++results;
      (void)finish_job(result->journal_id, home);
    } else {
      std::println(std::cerr, "job {} here: {}", job, result.error().text());
    }
  }
  kill_service(folder);
  return results;
}

}  // namespace sharpen

#include "base/lease.h"

#include <unistd.h>

#include <charconv>
#include <format>
#include <fstream>
#include <optional>
#include <sstream>

namespace sharpen {
namespace {

/// Longer than the four hours that a job is waited for.
constexpr std::chrono::hours longest_job{5};

/// The start time of a process that runs; nothing for one that is gone or a zombie.
std::optional<std::uint64_t> start_time_of(pid_t process) {
  std::ifstream stat(std::format("/proc/{}/stat", process));
  std::string line;
  if (!std::getline(stat, line)) return std::nullopt;
  // The name, field 2, may itself hold blanks and brackets.
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  std::string state, skipped;
  fields >> state;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  std::uint64_t start = 0;
  if (!(fields >> start) || state == "Z" || state == "X") return std::nullopt;
  return start;
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id.empty() ? "?" : id;
}

std::string process_name_space() {
  std::string target(64, '\0');
  const auto size = ::readlink("/proc/self/ns/pid", target.data(), target.size());
  return size > 0 ? target.substr(0, static_cast<std::size_t>(size)) : "?";
}

}  // namespace

Lease Lease::mine() {
  // The service needs it for each upload, and it takes three files of /proc.
  static const Lease first = of(::getpid());
  return first.process == ::getpid() ? first : of(::getpid());  // another one in a forked child
}

Lease Lease::of(pid_t process) {
  return {process, start_time_of(process).value_or(0), boot_id(), process_name_space()};
}

Lease Lease::from_text(std::string_view text) {
  std::istringstream words{std::string(text)};
  Lease lease;
  if (words >> lease.process >> lease.start_time >> lease.boot >> lease.name_space) return lease;
  return {};
}

std::string Lease::text() const {
  return process ? std::format("{} {} {} {}", process, start_time, boot, name_space) : "";
}

bool Lease::alive(std::chrono::seconds renewed_ago) const {
  if (process <= 0 || boot != boot_id()) return false;
  if (name_space != process_name_space()) return renewed_ago < longest_job;
  return start_time_of(process) == start_time;
}

}  // namespace sharpen

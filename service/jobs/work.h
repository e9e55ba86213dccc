#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "service/engine/recent.h"
#include "service/jobs/job.h"
#include "service/options.h"

namespace sharpen::server {

/// What a running job shares between its worker and the main thread.
struct Ticket {
  std::stop_source stop;
  std::atomic<double> progress = 0;  ///< 0 … 1
};

/// All that a worker needs to know of a job.
struct WorkOrder {
  Job job = {};
  std::filesystem::path input = {}, output = {};
  std::shared_ptr<engine::Recent> recent = {};  ///< if given, for previews
  EngineKind engine = EngineKind::deconvolution;
  std::chrono::milliseconds pending{0}, processing{0};  ///< at least
  bool to_8_bits = false, drop_icc = false, fail = false;
};

/// Carries out a job in the calling thread; `on_start` when it leaves Pending. Returns the
/// options_json of the status; without success there is no output file. Errors: as
/// engine::sharpen_file.
[[nodiscard]] Result<std::string> carry_out(const WorkOrder& order, Ticket& ticket,
                                            const std::function<void()>& on_start);

}  // namespace sharpen::server

#pragma once

#include <cstdint>
#include <filesystem>

namespace sharpen {

/// Runs jobs on "This computer" whose service is killed (SIGKILL) at a random moment of each.
/// Returns how many had a result all the same. `folder` has the picture and takes everything else;
/// it has to be the runtime and cache folder of this process.
[[nodiscard]] int jobs_through_deaths(const std::filesystem::path& service_program,
                                      const std::filesystem::path& folder,
                                      const std::filesystem::path& picture, std::uint32_t side,
                                      int jobs, unsigned seed);

}  // namespace sharpen

#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "client/home.h"

namespace sharpen::soak {

inline constexpr const char* key = "faults-bench-key";
inline constexpr std::uint32_t side = 24;  ///< of the picture, in pixels

/// What a process of the soak does in the place of a GIMP.
namespace words {
inline constexpr const char* run = "run";        ///< a script that saves its image
inline constexpr const char* insert = "insert";  ///< the same, but GIMP dies with its image unsaved
inline constexpr const char* recover = "recover";
inline constexpr const char* recover_placed = "recover-placed";
}  // namespace words

/// The main function of such a process. Arguments: "--client", the user's folder, the service's
/// address, how often progress is reported until the disk is full (0: it never is), one of the
/// words, and for a script the upload's name.
int run_as_client(std::span<char*> arguments);

/// Where the result of a job is when it was saved.
[[nodiscard]] std::filesystem::path saved_result(const Home& home, const std::string& job);

/// "gimp-12-1.png" belongs to job 12, whichever attempt it is.
[[nodiscard]] std::string job_of(const std::string& upload_name);

}  // namespace sharpen::soak

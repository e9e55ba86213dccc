#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "image/picture.h"
#include "service/api/catalogue.h"

namespace sharpen::server {

/// An upload; later jobs may name it instead of sending it again.
struct SourcePicture {
  std::string id = {}, filename = {};
  std::string owner = {};  ///< the name of the key that it was sent with
  FileFormat format = FileFormat::png;
  std::uint32_t width = 0, height = 0;  ///< pixels
  std::int64_t bytes = 0;
  std::int64_t created = 0;   ///< Unix seconds
  std::int64_t orphaned = 0;  ///< when its last job was deleted; 0 = has jobs
};

enum class JobState { pending, processing, completed, cancelled, failed };
/// The wire word, for example "Completed".
[[nodiscard]] std::string_view word_of(JobState state);
[[nodiscard]] std::optional<JobState> state_from(std::string_view word);

/// One process: what is remembered of it, in memory and on disk.
struct Job {
  std::string id = {}, source_id = {}, filename = {};
  std::string owner = {};     ///< the name of the key that it was sent with
  std::int64_t sequence = 0;  ///< grows from job to job; the order of the list
  FileFormat input_format = FileFormat::png;
  std::uint32_t input_width = 0, input_height = 0;
  std::string model = {};
  bool generative = false;
  FileFormat output_format = FileFormat::jpeg;
  std::uint32_t output_width = 0, output_height = 0;
  Fields settings = {};
  std::optional<std::array<std::uint32_t, 4>> crop = {};
  bool fast = false;
  bool sync = false;  ///< its client waits for it on an open connection
  JobState state = JobState::pending;
  std::int64_t created = 0, started = 0, modified = 0;  ///< Unix seconds
  std::int64_t credits = 0;
  int attempts = 0;  ///< how often its processing was begun
  std::int64_t output_bytes = 0;
  double progress = 0;            ///< 0 … 1, as far as the store knows
  std::string options_json = {};  ///< what was found and done, or why it failed

  [[nodiscard]] bool ended() const {
    return state != JobState::pending && state != JobState::processing;
  }
};

/// The options_json of a job that failed.
[[nodiscard]] std::string error_json(std::string_view why);
/// A job as it is when it has failed.
[[nodiscard]] Job failed(Job job, std::string_view why, std::int64_t now);

/// One completed and charged job.
struct Charge {
  std::string process_id;
  std::string filename;  ///< of the upload
  std::int64_t credits = 0;
  std::int64_t time = 0;  ///< Unix seconds
};
[[nodiscard]] Charge charge_for(const Job& completed);

}  // namespace sharpen::server

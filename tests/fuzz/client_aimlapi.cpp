#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "client/providers/aimlapi_answers.h"

/// The first byte is the size of the pieces in which the rest comes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sharpen;
  constexpr std::uint64_t max_bytes = 1000;
  static const auto file =
      std::filesystem::temp_directory_path() / ("sharpen-fuzz-" + std::to_string(::getpid()));
  if (size == 0) return 0;
  const std::size_t piece = std::max<std::size_t>(1, data[0]);
  const auto text = std::as_bytes(std::span(data + 1, size - 1));
  aimlapi::AnswerReader reader(file, max_bytes);
  for (std::size_t at = 0; at < text.size(); at += piece)
    if (!reader.take(text.subspan(at, std::min(piece, text.size() - at)))) return 0;
  if (const auto picture = reader.finish();
      picture && *picture && std::filesystem::file_size(file) > max_bytes)
    std::abort();
  if (const auto answer = aimlapi::parse_answer(reader.text()); answer && answer->cost)
    if (!(*answer->cost >= 0)) std::abort();
  return 0;
}

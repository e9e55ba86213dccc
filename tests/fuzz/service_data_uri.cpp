#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "service/http/data_uri_reader.h"

namespace {

using namespace sharpen::server;

struct Outcome {
  bool accepted = false;
  std::uintmax_t image_bytes = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view body, std::size_t piece) {
  DataUriReader reader("image_url", 1 << 16,
                       std::filesystem::temp_directory_path() / "fuzz-service-data-uri");
  for (std::size_t at = 0; at < body.size(); at += piece)
    if (!reader.feed(body.substr(at, piece))) return {};
  const auto finished = reader.finish();
  if (!finished) return {};
  return {true, finished->image.empty() ? 0 : std::filesystem::file_size(finished->image.path())};
}

}  // namespace

/// A body gives the same outcome in whatever pieces it comes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (read(body, data[0] + std::size_t{1}) != read(body, size)) std::abort();
  return 0;
}

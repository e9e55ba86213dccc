#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "client/providers/found_blur.h"
#include "client/providers/topaz_answers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sharpen;
  const auto status = topaz::parse_status({reinterpret_cast<const char*>(data), size});
  if (!status) return 0;
  if (!(status->progress >= 0 && status->progress <= 1)) std::abort();
  for (const char c : summary_in(status->options_json))
    if (static_cast<unsigned char>(c) < 0x20) std::abort();
  return 0;
}

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "client/providers/aimlapi_answers.h"
#include "client/providers/topaz_answers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sharpen;
  const auto price = topaz::parse_estimate({reinterpret_cast<const char*>(data), size});
  if (price && !(price->amount >= 0)) std::abort();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto quoted = aimlapi::parse_price(text, "topaz-labs/sharpen", "Strong", 24);
  if (quoted && !(*quoted >= 0)) std::abort();
  return 0;
}

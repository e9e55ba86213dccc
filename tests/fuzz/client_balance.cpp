#include <cstddef>
#include <cstdint>

#include "client/providers/aimlapi_answers.h"
#include "client/providers/topaz_answers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)sharpen::topaz::parse_balance(text);
  (void)sharpen::aimlapi::parse_balance(text);
  return 0;
}

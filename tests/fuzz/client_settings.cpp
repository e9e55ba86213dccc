#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "client/providers/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sharpen;
  const auto settings = settings_from_json({reinterpret_cast<const char*>(data), size});
  if (!settings || !check(*settings)) return 0;
  const auto again = settings_from_json(to_json(*settings));
  if (!again || *again != *settings) std::abort();
  return 0;
}

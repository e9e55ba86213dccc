#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "client/providers/topaz_answers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sharpen;
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const HttpAnswer& answer :
       {HttpAnswer{200, {}, text}, HttpAnswer{200, {{"X-Process-ID", text}}, {}}})
    if (const auto submitted = topaz::parse_submitted(answer);
        submitted && !topaz::is_id(submitted->process_id))
      std::abort();
  return 0;
}

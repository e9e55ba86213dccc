#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "client/providers/topaz_answers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sharpen;
  const auto page = topaz::parse_status_page({reinterpret_cast<const char*>(data), size});
  if (!page) return 0;
  for (const Status& job : page->jobs)
    if (!topaz::is_id(job.process_id)) std::abort();
  return 0;
}

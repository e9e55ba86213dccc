#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "client/http/address.h"
#include "client/http/download.h"
#include "client/providers/topaz_answers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sharpen;
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)range_start(text);
  const auto url = topaz::parse_download(text);
  if (!url) return 0;
  // Anything else is public by its spelling, and a name would have to be resolved.
  if (reach_of_url(*url) == Reach::public_network) return 0;
  if (check_download_url(*url, Reach::public_network)) std::abort();
  return 0;
}

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "service/http/file_stream.h"
#include "service/http/links.h"
#include "service/http/multipart.h"
#include "service/options.h"

/// The small texts of a request: Content-Type, Range, the parts of a signed address, a behaviour.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sharpen::server;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)MultipartParser::boundary_of(text);
  for (const std::uint64_t length : {0u, 1u, 1000u}) {
    const RangeAnswer answer = range_from(text, length);
    if (answer.kind == RangeKind::part &&
        (answer.range.first > answer.range.last || answer.range.last >= length))
      std::abort();
  }
  static const Links links("http://host", "secret", [] { return std::int64_t{0}; }, 60);
  const auto half = text.substr(0, size / 2), rest = text.substr(size / 2);
  if (links.check("GET", half, rest, rest)) std::abort();
  Behaviours behaviours;
  if (behaviours.set(text) && text.find('=') == std::string_view::npos) std::abort();
  return 0;
}

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "client/providers/http_errors.h"

/// The first byte chooses the status, the rest is the body and the headers' value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sharpen;
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  const HttpAnswer answer{300 + 2 * data[0], {{"Retry-After", text}}, text};
  for (const ServiceKind service : {ServiceKind::topaz, ServiceKind::aimlapi}) {
    const Error error = error_of(answer, {service, "secret"});
    if (error.text().contains("secret") || error.hint.empty()) std::abort();
    if (!g_utf8_validate(error.message.c_str(), -1, nullptr)) std::abort();
  }
  (void)retry_after(answer);
  return 0;
}

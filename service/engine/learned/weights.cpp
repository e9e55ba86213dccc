#include "service/engine/learned/weights.h"

#include "base/glib_ref.h"

extern "C" {
#include "service/engine/judge-resource.h"
}

namespace sharpen::engine {

std::span<const std::byte> network_weights() {
  // The bytes lie in the program itself, so they outlive the reference.
  const auto bytes = Ref<GBytes>::adopt(g_resource_lookup_data(
      judge_get_resource(), "/remote-sharpen/judge.onnx", G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr));
  if (!bytes) return {};
  gsize size = 0;
  const void* data = g_bytes_get_data(bytes.get(), &size);
  return {static_cast<const std::byte*>(data), size};
}

}  // namespace sharpen::engine

#pragma once

#include <libgimp/gimp.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/glib_error.h"
#include "base/glib_ref.h"

namespace sharpen {

struct ParasiteFree {
  void operator()(GimpParasite* parasite) const { gimp_parasite_free(parasite); }
};
struct ValuesUnref {
  void operator()(GimpValueArray* values) const { gimp_value_array_unref(values); }
};

/// A parasite that the caller owns.
using OwnedParasite = std::unique_ptr<GimpParasite, ParasiteFree>;
using OwnedValues = std::unique_ptr<GimpValueArray, ValuesUnref>;

/// The items of a NULL-terminated array of which libgimp gives the container away and keeps the
/// items ("transfer container").
template <class T>
[[nodiscard]] std::vector<T*> items_of(T** container) {
  const std::unique_ptr<T*, GFree> owner(container);
  std::vector<T*> items;
  for (T** item = container; item && *item; ++item) items.push_back(*item);
  return items;
}

/// A "transfer full" string as a value; empty for NULL.
[[nodiscard]] inline std::string text_of(char* owned) {
  const OwnedChars chars(owned);
  return chars ? chars.get() : "";
}

/// The pixels of a drawable, as GIMP holds them.
[[nodiscard]] inline Ref<GeglBuffer> buffer_of(GimpDrawable* drawable) {
  return Ref<GeglBuffer>::adopt(gimp_drawable_get_buffer(drawable));
}

/// The ICC bytes of a profile; they live as long as the profile.
[[nodiscard]] inline std::span<const std::byte> icc_of(GimpColorProfile* profile) {
  gsize length = 0;
  const auto* bytes = gimp_color_profile_get_icc_profile(profile, &length);
  return std::as_bytes(std::span(bytes, length));
}

/// A libgimp object as one of its parent types, without GObject's C casts.
[[nodiscard]] inline GimpItem* as_item(GimpLayer* layer) {
  return reinterpret_cast<GimpItem*>(layer);
}
[[nodiscard]] inline GimpItem* as_item(GimpDrawable* drawable) {
  return reinterpret_cast<GimpItem*>(drawable);
}
[[nodiscard]] inline GimpDrawable* as_drawable(GimpLayer* layer) {
  return reinterpret_cast<GimpDrawable*>(layer);
}
[[nodiscard]] inline GimpDrawable* as_drawable(GimpLayerMask* mask) {
  return reinterpret_cast<GimpDrawable*>(mask);
}

}  // namespace sharpen

#include "plugin/gimp/session.h"

#include <libgimp/gimp.h>

#include "plugin/gimp/gimp_ref.h"

namespace sharpen {
namespace {
constexpr const char* parasite_name = "remote-sharpen-session";
}

std::string gimp_session() {
  // libgimp cannot read a parasite whose type nobody has named before.
  g_type_ensure(GIMP_TYPE_PARASITE);
  if (const OwnedParasite known(gimp_get_parasite(parasite_name)); known) {
    guint32 length = 0;
    const auto* data = static_cast<const char*>(gimp_parasite_get_data(known.get(), &length));
    return {data, length};
  }
  const OwnedChars chars(g_uuid_string_random());
  const std::string uuid = chars.get();
  constexpr gulong not_saved = 0;
  const OwnedParasite parasite(
      gimp_parasite_new(parasite_name, not_saved, static_cast<guint32>(uuid.size()), uuid.data()));
  gimp_attach_parasite(parasite.get());
  return uuid;
}

}  // namespace sharpen

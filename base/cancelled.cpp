#include "base/cancelled.h"

#include "base/i18n.h"

namespace sharpen {

Error cancelled_error(std::string hint) {
  return {ErrorKind::cancelled, _("Cancelled."), std::move(hint)};
}

}  // namespace sharpen

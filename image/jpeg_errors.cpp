#include "image/jpeg_errors.h"

#include <jerror.h>

#include <array>

namespace sharpen {
namespace {

[[noreturn]] void raise(j_common_ptr codec) {
  std::array<char, JMSG_LENGTH_MAX> message = {};
  codec->err->format_message(codec, message.data());
  static_cast<LongjmpGuard*>(codec->client_data)->raise(message.data());
}

/// libjpeg fills what is missing with gray and only warns, so a warning is an error for us, except
/// where every pixel is there all the same.
void raise_if_damaged(j_common_ptr codec, int level) {
  constexpr int kWarning = -1;
  if (level != kWarning) return;
  switch (codec->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
      return;
    default:
      raise(codec);
  }
}

void ignore(j_common_ptr) {}

}  // namespace

JpegErrors::JpegErrors() {
  jpeg_std_error(&manager_);
  manager_.error_exit = raise;
  manager_.emit_message = raise_if_damaged;
  manager_.output_message = ignore;
}

}  // namespace sharpen

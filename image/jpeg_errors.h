#pragma once

// clang-format off: jpeglib.h wants these two before it
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>
// clang-format on

#include "image/longjmp_guard.h"

namespace sharpen {

/// Where libjpeg's errors go: a LongjmpGuard, for the decompressor and the compressor alike.
class JpegErrors {
 public:
  JpegErrors();
  JpegErrors(const JpegErrors&) = delete;
  JpegErrors& operator=(const JpegErrors&) = delete;

  /// Must be called before jpeg_create_…, which keeps both pointers.
  void attach(jpeg_common_struct* codec) {
    codec->err = &manager_;
    codec->client_data = &guard_;
  }
  [[nodiscard]] LongjmpGuard& guard() { return guard_; }
  [[nodiscard]] const LongjmpGuard& guard() const { return guard_; }

 private:
  jpeg_error_mgr manager_ = {};
  LongjmpGuard guard_;
};

}  // namespace sharpen

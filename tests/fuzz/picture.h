#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "image/picture.h"

namespace sharpen::fuzz {

/// Reads bytes as a picture to its end or to the first error. Side and size are kept small, so that
/// an input which takes long or much memory is a finding.
inline void read_picture(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("picture", MFD_CLOEXEC);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
    std::abort();
  const std::filesystem::path path = "/proc/self/fd/" + std::to_string(file);
  const PictureLimits limits = {.max_side = 4096, .max_pixels = 1 << 20, .max_icc_bytes = 1 << 16};
  auto reader = open_picture(path, limits);
  if (!reader) return;
  const PictureInfo& info = (*reader)->info();
  if (info.width > limits.max_side || info.height > limits.max_side || info.channels < 1 ||
      info.channels > 4 || (info.bits != 8 && info.bits != 16) ||
      info.icc_profile.size() > limits.max_icc_bytes)
    std::abort();
  constexpr std::uint32_t kRows = 3;
  std::vector<std::byte> rows(kRows * info.bytes_per_row());
  for (std::uint32_t y = 0; y < info.height;) {
    const auto count = (*reader)->read(rows);
    if (!count) return;
    if (*count == 0 || *count > kRows) std::abort();
    y += *count;
  }
}

}  // namespace sharpen::fuzz

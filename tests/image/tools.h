#pragma once

#include <cstdlib>
#include <string>

#include "tests/image/picture_files.h"

namespace sharpen::testing {

/// Runs a shell command; returns whether it succeeded. Paths of TestFolder need no quotes.
[[nodiscard]] inline bool run(const std::string& command) {
  return std::system(command.c_str()) == 0;
}

/// The pixels as ImageMagick reads them, in the form that `info` describes.
[[nodiscard]] inline Bytes decoded_by_magick(const std::filesystem::path& file,
                                             const PictureInfo& info,
                                             std::string_view options = {}) {
  constexpr std::array kFormats = {"gray", "graya", "rgb", "rgba"};
  const auto raw = file.string() + ".raw";
  const auto command =
      std::format("magick {} {} -depth {} -endian LSB {}:{}", file.string(), options, info.bits,
                  kFormats[static_cast<std::size_t>(info.channels - 1)], raw);
  if (!run(command)) return {};
  return file_bytes(raw);
}

}  // namespace sharpen::testing

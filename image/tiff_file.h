#pragma once

#include <tiffio.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/error.h"

namespace sharpen {

/// An open TIFF whose complaints are kept instead of printed, and whose memory is bounded.
class TiffFile {
 public:
  /// Errors: io, bad_picture.
  [[nodiscard]] static Result<std::unique_ptr<TiffFile>> open_to_read(
      const std::filesystem::path& path);
  /// Creates or replaces a file. Errors: io.
  [[nodiscard]] static Result<std::unique_ptr<TiffFile>> open_to_write(
      const std::filesystem::path& path);

  [[nodiscard]] TIFF* get() const { return tiff_.get(); }
  /// libtiff's own words about its last failure, in English.
  [[nodiscard]] std::string_view message() const { return complaints_.message.data(); }
  /// libjpeg only warned about data that is missing.
  [[nodiscard]] bool damaged() const { return complaints_.damaged; }

  /// A tag's value, or what the standard says if it is missing.
  template <class T>
  [[nodiscard]] T field(ttag_t tag, T otherwise) const {
    T value = {};
    return TIFFGetFieldDefaulted(get(), tag, &value) == 1 ? value : otherwise;
  }

  struct Complaints {
    std::array<char, 256> message = {};
    bool damaged = false;
  };

 private:
  struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  };
  [[nodiscard]] bool open(int file, const std::filesystem::path& path, const char* mode);

  Complaints complaints_;
  std::unique_ptr<TIFF, Close> tiff_;
};

}  // namespace sharpen

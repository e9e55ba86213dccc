#pragma once

#include <gio/gio.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/glib_ref.h"

namespace sharpen {

/// What a request sends: pieces one after the other. Files are read while they are sent, never held
/// in memory, and the length is known beforehand.
class HttpBody {
 public:
  void add_text(std::string text);
  /// The bytes of a file. Errors: io.
  [[nodiscard]] Result<void> add_file(const std::filesystem::path& file);
  /// The bytes of a file as base64 without line breaks. Errors: io.
  [[nodiscard]] Result<void> add_file_as_base64(const std::filesystem::path& file);

  [[nodiscard]] bool empty() const { return pieces_.empty(); }
  /// Bytes on the wire.
  [[nodiscard]] std::uint64_t size() const;
  /// A stream of exactly size() bytes; reading fails if a file has become shorter meanwhile.
  [[nodiscard]] Ref<GInputStream> open() const;

  struct Piece {
    std::string text;
    std::filesystem::path file;   ///< instead of the text, if not empty
    std::uint64_t file_size = 0;  ///< bytes on disk
    bool base64 = false;

    [[nodiscard]] std::uint64_t size() const;
  };

 private:
  [[nodiscard]] Result<void> add(const std::filesystem::path& file, bool base64);
  std::vector<Piece> pieces_;
};

/// The parts of a multipart/form-data request.
class MultipartForm {
 public:
  MultipartForm();
  void add_field(std::string_view name, std::string_view value);
  /// The file part; there is at most one and it comes last. Errors: io.
  [[nodiscard]] Result<void> add_file(std::string_view name, std::string_view file_name,
                                      std::string_view media_type,
                                      const std::filesystem::path& file);
  [[nodiscard]] std::string content_type() const;
  /// Closes the form.
  [[nodiscard]] HttpBody finish() &&;

 private:
  std::string boundary_;
  HttpBody body_;
};

}  // namespace sharpen

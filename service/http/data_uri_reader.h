#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/spool_file.h"
#include "service/http/answer.h"
#include "service/http/upload_file.h"

namespace sharpen::server {

/// Reads a JSON object as it comes, of which one member ("image_url") may be a base64 data: URI
/// as large as a picture: that is decoded into a file, everything else (64 KB at most) is kept.
/// Refusals are in the Topaz form; the caller translates.
class DataUriReader {
 public:
  /// `max_bytes` bounds the decoded picture.
  DataUriReader(std::string_view member, std::uint64_t max_bytes, std::filesystem::path spool);

  [[nodiscard]] Checked<void> feed(std::string_view piece);

  struct Body {
    Json json;        ///< the data: URI without its data
    SpoolFile image;  ///< empty if there was none
  };
  /// Call once, when the body is complete.
  [[nodiscard]] Checked<Body> finish();

 private:
  enum class Where { outside, string, escape, payload, payload_escape };
  void keep(std::string_view text) { kept_.append(text); }
  Checked<void> take(char character);
  void begin_string();
  void end_string();
  Checked<void> open_payload();
  Checked<void> decode(std::string_view base64);
  Checked<void> end_payload();

  std::string member_;
  std::uint64_t max_bytes_, decoded_bytes_ = 0, characters_ = 0;
  std::filesystem::path spool_;
  std::string kept_;
  Where where_ = Where::outside;
  int depth_ = 0;
  std::size_t string_start_ = 0;  ///< of the current string in kept_, behind its quote
  std::string last_string_;       ///< the last complete string of the outer object
  bool is_value_ = false;         ///< a colon stands before the current string
  bool wanted_ = false;           ///< the current string is the member's value

  UploadFile image_;
  int decoder_state_ = 0;
  unsigned decoder_bits_ = 0;
  int padding_ = 0;
};

}  // namespace sharpen::server

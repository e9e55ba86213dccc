#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "service/http/answer.h"

namespace sharpen::server {

/// The header of one part of a multipart/form-data body.
struct FormPart {
  std::string name;
  std::string filename;  ///< empty for a plain field
  bool is_file = false;
};

/// Receives the parts of a body as they come; a refusal ends the parsing.
class FormSink {
 public:
  virtual ~FormSink() = default;
  [[nodiscard]] virtual Checked<void> begin_part(const FormPart& part) = 0;
  [[nodiscard]] virtual Checked<void> part_data(std::string_view bytes) = 0;
  [[nodiscard]] virtual Checked<void> end_part() = 0;
};

/// Takes a multipart/form-data body (RFC 7578) in pieces of any size. Holds no more than one part's
/// header, or one piece and a boundary. Refuses with 400 what does not follow the grammar.
class MultipartParser {
 public:
  static constexpr std::size_t max_header_bytes = 16 << 10;
  static constexpr int max_parts = 64;

  /// The boundary of a Content-Type; empty if that is not multipart/form-data with a lawful one.
  [[nodiscard]] static std::string boundary_of(std::string_view content_type);

  /// `sink` outlives the parser.
  MultipartParser(std::string_view boundary, FormSink& sink);

  [[nodiscard]] Checked<void> feed(std::string_view piece);
  /// The body has ended; a refusal if the closing boundary is missing.
  [[nodiscard]] Checked<void> finish() const;

 private:
  enum class State { preamble, after_boundary, header, content, epilogue };
  /// True: a step was made and another may follow. False: more input is needed.
  Checked<bool> step();
  Checked<bool> read_content();
  Checked<bool> read_after_boundary();
  Checked<bool> read_header();

  std::string delimiter_;  ///< "\r\n--boundary"
  FormSink& sink_;
  std::string buffer_;
  std::size_t position_ = 0;  ///< what of buffer_ is done with
  State state_ = State::preamble;
  int parts_ = 0;
};

}  // namespace sharpen::server

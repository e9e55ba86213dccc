#pragma once

#include <glib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "client/providers/service.h"

namespace sharpen::aimlapi {

/// Reads the answer of `POST /v1/images/generations` as it comes: a picture in `b64_json`, or in
/// a `url` that is a data: address, is decoded straight into a file, the rest is kept as a small
/// JSON text. Errors: too_large, protocol, io.
class AnswerReader {
 public:
  /// `picture` is written only if there is one, and no larger than `max_bytes`.
  AnswerReader(std::filesystem::path picture, std::uint64_t max_bytes);

  [[nodiscard]] Result<void> take(std::span<const std::byte> piece);
  /// The answer without the picture's text.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// Ends the file. True: a picture was in the answer.
  [[nodiscard]] Result<bool> finish();

 private:
  enum class State { outside, in_string, in_picture };

  [[nodiscard]] Result<void> take_text(char c);
  [[nodiscard]] Result<void> begin_picture();
  [[nodiscard]] Result<void> take_picture(char c);
  [[nodiscard]] Result<void> decode();
  void end_string();

  std::filesystem::path picture_;
  std::uint64_t max_bytes_, written_ = 0;
  std::ofstream file_;
  State state_ = State::outside;
  bool escaped_ = false, seen_ = false;
  std::string text_;
  std::string string_;  ///< the last string, as far as it matters
  bool after_key_ = false, key_is_picture_ = false, key_is_address_ = false;
  std::string escape_;   ///< within the picture, as far as it has come
  std::string encoded_;  ///< not yet decoded
  gint decode_state_ = 0;
  guint decode_save_ = 0;
};

struct Answer {
  std::string url;             ///< empty if there is none
  std::optional<double> cost;  ///< US dollars
};
/// `data[0].url` and what `meta.usage` says of the price. Errors: protocol, too_large.
[[nodiscard]] Result<Answer> parse_answer(std::string_view text);
/// The answer of `GET /v2/billing`. Errors: protocol, too_large.
[[nodiscard]] Result<Balance> parse_balance(std::string_view body);

/// What one picture costs in US dollars by `GET /v1/models?include=pricing`; nothing if the answer
/// quotes no single rate for this mode, or a rate by something else than pictures and megapixels.
/// A megapixel that is begun counts whole. Source: aimlapi/api-docs, "Reading prices" in
/// docs/api-references/service-endpoints/models-catalogue.md.
[[nodiscard]] std::optional<double> parse_price(std::string_view body, std::string_view model,
                                                std::string_view mode, double megapixels);

/// The AI/ML API's own credits in one US dollar.
inline constexpr double credits_per_dollar = 2e6;

}  // namespace sharpen::aimlapi

#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "image/picture.h"

namespace sharpen::server {

/// Text around a file that is sent in base64, for example as a member of a JSON document.
struct Base64Frame {
  std::string before, after;
};

/// A file that is streamed as the body of an answer; Range and HEAD are honoured.
struct FileBody {
  std::filesystem::path path = {};
  FileFormat format = FileFormat::png;
  std::optional<Base64Frame> frame = {};  ///< sends JSON instead of the file's own bytes
};

/// What goes back to the client.
struct Answer {
  unsigned status = 200;
  std::string body = {};
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::optional<FileBody> file = {};  ///< instead of `body`
};

/// A value, or the answer that refuses the request.
template <class T>
using Checked = std::expected<T, Answer>;

[[nodiscard]] Answer json_answer(const JsonWriter& json, unsigned status = 200);
/// 204 without a body.
[[nodiscard]] Answer empty_answer();
/// The Topaz form of an error: {"code": status, "message": message}.
[[nodiscard]] Answer error_answer(unsigned status, std::string_view message);
/// The documented sentence of a status code, for example 401 "Unauthorized".
[[nodiscard]] Answer error_answer(unsigned status);
/// An error that ends by itself: the client may try again after so many seconds (Retry-After).
[[nodiscard]] Answer busy_answer(unsigned status, std::int64_t seconds, std::string_view message);
/// 503, for a disk that is full.
[[nodiscard]] Answer disk_full_answer(std::string_view message);
/// Shorthand for `return refuse(400, "…");` in a function that returns Checked<T>.
[[nodiscard]] std::unexpected<Answer> refuse(unsigned status, std::string_view message);

}  // namespace sharpen::server

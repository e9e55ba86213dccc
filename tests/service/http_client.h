#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"

namespace sharpen::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// What a request came back with; status 0: no answer at all.
struct Response {
  unsigned status = 0;
  std::string body;
  std::map<std::string, std::string> headers;  ///< names in lower case

  [[nodiscard]] Json json() const { return Json::parse(body, 64 << 20).value_or(Json()); }
  [[nodiscard]] std::string text(const char* member) const {
    return json()[member].string().value_or("");
  }
  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

/// A body: bytes, or a file that is streamed.
struct Payload {
  std::string content_type = {};
  std::string bytes = {};
  std::filesystem::path file = {};
  bool chunked = false;  ///< does not tell its length
};

[[nodiscard]] Response send(const std::string& method, const std::string& url,
                            const Headers& headers = {}, const Payload& payload = {});

/// A multipart/form-data body. A part with a file name carries a picture.
struct FormField {
  std::string name, value, filename = {};
};
[[nodiscard]] Payload form(const std::vector<FormField>& fields);
[[nodiscard]] Payload json_body(std::string text);

}  // namespace sharpen::test

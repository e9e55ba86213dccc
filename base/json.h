#pragma once

#include <json-glib/json-glib.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/glib_ref.h"

namespace sharpen {

template <>
struct RefTraits<JsonNode> {
  static void ref(JsonNode* node) { json_node_ref(node); }
  static void unref(JsonNode* node) { json_node_unref(node); }
};

/// One value of a JSON document. Every look-up is total: a member that is missing or of another
/// type reads as an empty optional, an empty array or a null value.
class Json {
 public:
  Json() = default;

  /// Parses a whole document. Errors: `protocol` for bad JSON, `too_large` above `max_bytes`.
  [[nodiscard]] static Result<Json> parse(std::string_view text, std::size_t max_bytes = 1 << 20);

  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool is_object() const;
  [[nodiscard]] bool is_array() const;

  /// The member of an object; null if there is none.
  [[nodiscard]] Json operator[](const char* member) const;
  /// The elements of an array; empty for anything else.
  [[nodiscard]] std::vector<Json> elements() const;

  [[nodiscard]] std::optional<std::string> string() const;
  /// A number, also if it was written as text ("429").
  [[nodiscard]] std::optional<double> number() const;
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] std::optional<bool> boolean() const;

 private:
  friend class JsonWriter;
  explicit Json(JsonNode* shared) : node_(Ref<JsonNode>::share(shared)) {}
  Ref<JsonNode> node_;
};

/// Writes a JSON document: `JsonWriter w; w.begin_object().member("a", 1).end_object().text()`.
/// Numbers are written independently of the locale, real ones with a decimal point. No name may
/// come twice in an object. (It makes no tree of json-glib's: the service writes a lot of JSON.)
class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& begin_object(const char* member);
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& begin_array(const char* member);
  JsonWriter& end_array();
  JsonWriter& member(const char* name, std::string_view value);
  JsonWriter& member(const char* name, const char* value) {
    return member(name, std::string_view(value));
  }
  JsonWriter& member(const char* name, std::int64_t value);
  JsonWriter& member(const char* name, int value) {
    return member(name, static_cast<std::int64_t>(value));
  }
  JsonWriter& member(const char* name, double value);
  JsonWriter& member(const char* name, bool value);
  JsonWriter& element(std::string_view value);
  JsonWriter& element(double value);
  JsonWriter& element(const Json& value);
  [[nodiscard]] std::string text(bool pretty = false) const;

 private:
  JsonWriter& open(char bracket);
  JsonWriter& name(std::string_view name);
  JsonWriter& append(std::string_view text);
  void separate();  ///< from the value before
  std::string text_;
};

}  // namespace sharpen

#include "base/json.h"

#include <array>
#include <cmath>
#include <format>
#include <iterator>

#include "base/glib_error.h"
#include "base/i18n.h"

namespace sharpen {
namespace {

/// In quotation marks, with what may not be in a string escaped.
void append_quoted(std::string& text, std::string_view value) {
  text += '"';
  for (const char c : value) {
    constexpr std::string_view named = "\b\f\n\r\t\"\\", letters = "bfnrt\"\\";
    if (const auto found = named.find(c); found != named.npos)
      (text += '\\') += letters[found];
    else if (const auto code = static_cast<unsigned char>(c); code < 0x20 || code == 0x7f)
      std::format_to(std::back_inserter(text), "\\u{:04x}", code);
    else
      text += c;
  }
  text += '"';
}

}  // namespace

Result<Json> Json::parse(std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes)
    return fail(ErrorKind::too_large, tr("The answer is longer than {} bytes.", max_bytes));
  const auto parser = Ref<JsonParser>::adopt(json_parser_new());
  // Lenient, it takes several documents in a row for an array; an immutable parser aborts on that.
  json_parser_set_strict(parser.get(), TRUE);
  GErrorGuard error;
  if (!g_utf8_validate_len(text.data(), text.size(), nullptr) ||
      !json_parser_load_from_data(parser.get(), text.data(), static_cast<gssize>(text.size()),
                                  error.out()))
    return fail(ErrorKind::protocol, _("The answer is not valid JSON."));
  return Json(json_parser_get_root(parser.get()));
}

bool Json::is_null() const { return !node_ || JSON_NODE_HOLDS_NULL(node_.get()); }
bool Json::is_object() const { return node_ && JSON_NODE_HOLDS_OBJECT(node_.get()); }
bool Json::is_array() const { return node_ && JSON_NODE_HOLDS_ARRAY(node_.get()); }

Json Json::operator[](const char* member) const {
  if (!is_object()) return {};
  JsonNode* found = json_object_get_member(json_node_get_object(node_.get()), member);
  return found ? Json(found) : Json();
}

std::vector<Json> Json::elements() const {
  std::vector<Json> found;
  if (!is_array()) return found;
  JsonArray* array = json_node_get_array(node_.get());
  const guint length = json_array_get_length(array);
  found.reserve(length);
  for (guint i = 0; i < length; ++i) found.push_back(Json(json_array_get_element(array, i)));
  return found;
}

std::optional<std::string> Json::string() const {
  if (!node_ || !JSON_NODE_HOLDS_VALUE(node_.get())) return {};
  if (json_node_get_value_type(node_.get()) != G_TYPE_STRING) return {};
  return json_node_get_string(node_.get());
}

std::optional<double> Json::number() const {
  if (!node_ || !JSON_NODE_HOLDS_VALUE(node_.get())) return {};
  const GType type = json_node_get_value_type(node_.get());
  if (type == G_TYPE_INT64 || type == G_TYPE_DOUBLE) return json_node_get_double(node_.get());
  if (type != G_TYPE_STRING) return {};
  const char* text = json_node_get_string(node_.get());
  char* end = nullptr;
  const double value = g_ascii_strtod(text, &end);
  if (end == text || *end != '\0' || !std::isfinite(value)) return {};
  return value;
}

std::optional<std::int64_t> Json::integer() const {
  if (node_ && JSON_NODE_HOLDS_VALUE(node_.get()) &&
      json_node_get_value_type(node_.get()) == G_TYPE_INT64)
    return json_node_get_int(node_.get());
  const auto value = number();
  if (!value || std::abs(*value) > 9e15) return {};
  return static_cast<std::int64_t>(*value);
}

std::optional<bool> Json::boolean() const {
  if (!node_ || !JSON_NODE_HOLDS_VALUE(node_.get())) return {};
  if (json_node_get_value_type(node_.get()) != G_TYPE_BOOLEAN) return {};
  return json_node_get_boolean(node_.get());
}

JsonWriter& JsonWriter::begin_object() { return open('{'); }
JsonWriter& JsonWriter::begin_object(const char* member) { return name(member).open('{'); }
JsonWriter& JsonWriter::end_object() { return append("}"); }
JsonWriter& JsonWriter::begin_array() { return open('['); }
JsonWriter& JsonWriter::begin_array(const char* member) { return name(member).open('['); }
JsonWriter& JsonWriter::end_array() { return append("]"); }

JsonWriter& JsonWriter::member(const char* name, std::string_view value) {
  return this->name(name).element(value);
}
JsonWriter& JsonWriter::member(const char* name, std::int64_t value) {
  return this->name(name).append(std::to_string(value));
}
JsonWriter& JsonWriter::member(const char* name, double value) {
  return this->name(name).element(value);
}
JsonWriter& JsonWriter::member(const char* name, bool value) {
  return this->name(name).append(value ? "true" : "false");
}

JsonWriter& JsonWriter::element(std::string_view value) {
  separate();
  append_quoted(text_, value);
  return *this;
}
JsonWriter& JsonWriter::element(double value) {
  separate();
  std::array<char, G_ASCII_DTOSTR_BUF_SIZE> buffer = {};
  const std::string_view digits = g_ascii_dtostr(buffer.data(), int{buffer.size()}, value);
  append(digits);
  return digits.find_first_not_of("-0123456789") == digits.npos ? append(".0") : *this;
}
JsonWriter& JsonWriter::element(const Json& value) {
  separate();
  return append(value.node_ ? OwnedChars(json_to_string(value.node_.get(), FALSE)).get() : "null");
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::name(std::string_view name) {
  separate();
  append_quoted(text_, name);
  return append(":");
}

JsonWriter& JsonWriter::append(std::string_view text) {
  text_ += text;
  return *this;
}

void JsonWriter::separate() {
  if (!text_.empty() && !std::string_view("{[:").contains(text_.back())) text_ += ',';
}

std::string JsonWriter::text(bool pretty) const {
  if (!pretty) return text_;
  const auto root = Ref<JsonNode>::adopt(json_from_string(text_.c_str(), nullptr));
  return root ? OwnedChars(json_to_string(root.get(), TRUE)).get() : text_;
}

}  // namespace sharpen

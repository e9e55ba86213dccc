#include "base/json.h"

#include <cmath>

#include "base/glib_error.h"
#include "base/i18n.h"

namespace sharpen {

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

JsonWriter::JsonWriter() : builder_(Ref<JsonBuilder>::adopt(json_builder_new())) {}

JsonWriter& JsonWriter::begin_object() {
  json_builder_begin_object(builder_.get());
  return *this;
}
JsonWriter& JsonWriter::begin_object(const char* member) {
  json_builder_set_member_name(builder_.get(), member);
  return begin_object();
}
JsonWriter& JsonWriter::end_object() {
  json_builder_end_object(builder_.get());
  return *this;
}
JsonWriter& JsonWriter::begin_array() {
  json_builder_begin_array(builder_.get());
  return *this;
}
JsonWriter& JsonWriter::begin_array(const char* member) {
  json_builder_set_member_name(builder_.get(), member);
  return begin_array();
}
JsonWriter& JsonWriter::end_array() {
  json_builder_end_array(builder_.get());
  return *this;
}
JsonWriter& JsonWriter::member(const char* name, std::string_view value) {
  json_builder_set_member_name(builder_.get(), name);
  return element(value);
}
JsonWriter& JsonWriter::member(const char* name, std::int64_t value) {
  json_builder_set_member_name(builder_.get(), name);
  json_builder_add_int_value(builder_.get(), value);
  return *this;
}
JsonWriter& JsonWriter::member(const char* name, double value) {
  json_builder_set_member_name(builder_.get(), name);
  return element(value);
}
JsonWriter& JsonWriter::member(const char* name, bool value) {
  json_builder_set_member_name(builder_.get(), name);
  json_builder_add_boolean_value(builder_.get(), value);
  return *this;
}
JsonWriter& JsonWriter::element(std::string_view value) {
  json_builder_add_string_value(builder_.get(), std::string(value).c_str());
  return *this;
}
JsonWriter& JsonWriter::element(double value) {
  json_builder_add_double_value(builder_.get(), value);
  return *this;
}

JsonWriter& JsonWriter::element(const Json& value) {
  json_builder_add_value(builder_.get(), value.node_ ? json_node_copy(value.node_.get())
                                                     : json_node_new(JSON_NODE_NULL));
  return *this;
}

std::string JsonWriter::text(bool pretty) const {
  const auto root = Ref<JsonNode>::adopt(json_builder_get_root(builder_.get()));
  return OwnedChars(json_to_string(root.get(), pretty)).get();
}

}  // namespace sharpen

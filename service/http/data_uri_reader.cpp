#include "service/http/data_uri_reader.h"

#include <glib.h>

#include <algorithm>
#include <vector>

namespace sharpen::server {
namespace {

constexpr std::size_t max_kept_bytes = 64 << 10;
constexpr std::size_t max_uri_head = 256;

bool is_base64(char c) { return g_ascii_isalnum(c) || c == '+' || c == '/'; }

std::unexpected<Answer> malformed() { return refuse(400, "The data: URI is not valid base64."); }

}  // namespace

DataUriReader::DataUriReader(std::string_view member, std::uint64_t max_bytes,
                             std::filesystem::path spool)
    : member_(member), max_bytes_(max_bytes), spool_(std::move(spool)) {}

Checked<void> DataUriReader::feed(std::string_view piece) {
  while (!piece.empty()) {
    if (where_ == Where::payload) {
      const auto end = std::min(piece.find_first_of("\"\\"), piece.size());
      if (auto decoded = decode(piece.substr(0, end)); !decoded) return decoded;
      piece.remove_prefix(end);
      if (piece.empty()) break;
    }
    if (auto taken = take(piece.front()); !taken) return taken;
    piece.remove_prefix(1);
    if (kept_.size() > max_kept_bytes) return std::unexpected(error_answer(413));
  }
  return {};
}

Checked<void> DataUriReader::take(char character) {
  switch (where_) {
    case Where::outside:
      kept_ += character;
      if (character == '"') begin_string();
      if (character == '{' || character == '[') ++depth_;
      if (character == '}' || character == ']') --depth_;
      if (character == ':') is_value_ = true;
      if (character == ',' || character == '{') is_value_ = false;
      return {};
    case Where::escape:
      kept_ += character;
      where_ = Where::string;
      return {};
    case Where::string:
      kept_ += character;
      if (character == '\\') where_ = Where::escape;
      if (character == '"') end_string();
      if (character == ',' && wanted_) return open_payload();
      return {};
    case Where::payload:
      if (character == '\\') {
        where_ = Where::payload_escape;
        return {};
      }
      kept_ += character;
      where_ = Where::outside;
      return end_payload();
    case Where::payload_escape:
      where_ = Where::payload;
      if (character != '/') return malformed();
      return decode("/");
  }
  return {};
}

void DataUriReader::begin_string() {
  where_ = Where::string;
  string_start_ = kept_.size();
  wanted_ = depth_ == 1 && is_value_ && last_string_ == member_;
}

void DataUriReader::end_string() {
  where_ = Where::outside;
  if (depth_ == 1)
    last_string_ = is_value_ ? "" : kept_.substr(string_start_, kept_.size() - string_start_ - 1);
}

Checked<void> DataUriReader::open_payload() {
  const auto head = std::string_view(kept_).substr(string_start_);
  wanted_ = false;  // only the first comma can end the head of a URI
  if (!head.starts_with("data:") || head.size() > max_uri_head) return {};
  if (!head.ends_with(";base64,")) return refuse(400, "A data: URI has to be base64.");
  if (!image_.empty()) return refuse(400, "Send one picture only.");
  auto created = UploadFile::create(spool_);
  if (!created) return std::unexpected(std::move(created).error());
  image_ = *std::move(created);
  where_ = Where::payload;
  return {};
}

Checked<void> DataUriReader::decode(std::string_view base64) {
  if (base64.empty()) return {};
  const auto padding = std::ranges::find_if_not(base64, is_base64);
  if (padding_ > 0 && padding != base64.begin()) return malformed();
  padding_ += static_cast<int>(std::ranges::count(padding, base64.end(), '='));
  const bool only_padding =
      std::ranges::all_of(padding, base64.end(), [](char c) { return c == '='; });
  if (!only_padding || padding_ > 2) return malformed();
  characters_ += base64.size();
  std::vector<guchar> bytes(base64.size() / 4 * 3 + 6);
  const gsize count = g_base64_decode_step(base64.data(), base64.size(), bytes.data(),
                                           &decoder_state_, &decoder_bits_);
  decoded_bytes_ += count;
  if (decoded_bytes_ > max_bytes_) return std::unexpected(error_answer(413));
  return image_.write({reinterpret_cast<const char*>(bytes.data()), count});
}

Checked<void> DataUriReader::end_payload() {
  image_.close();
  if (characters_ % 4 != 0) return malformed();
  return {};
}

Checked<DataUriReader::Body> DataUriReader::finish() {
  auto json = Json::parse(kept_);
  if (!json || !json->is_object()) return refuse(400, "The body is not a JSON object.");
  return Body{*std::move(json), image_.take()};
}

}  // namespace sharpen::server

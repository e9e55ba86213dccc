#include "client/providers/aimlapi_answers.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/i18n.h"
#include "base/json.h"

namespace sharpen::aimlapi {
namespace {

constexpr std::size_t max_text_bytes = 1 << 20;
constexpr std::size_t decode_block = 64 << 10;
constexpr std::string_view picture_member = "b64_json", address_member = "url";
constexpr std::string_view data_scheme = "data:";

std::unexpected<Error> unexpected_answer() {
  return fail(ErrorKind::protocol, _("The service gave an answer that cannot be understood."),
              _("Check the address of the service; if it is right, try again later."));
}

std::unexpected<Error> disk_error() {
  return fail(ErrorKind::io, _("The result cannot be written to the disk."),
              _("Free some space on this disk."));
}

Json pricing_of(const Json& catalogue, std::string_view model) {
  for (const Json& entry : catalogue["data"].elements()) {
    const bool alias = std::ranges::any_of(
        entry["aliases"].elements(), [&](const Json& name) { return name.string() == model; });
    if (alias || entry["id"].string() == model) return entry["pricing"];
  }
  return {};
}

std::vector<Json> rates(const Json& pricing, std::string_view mode) {
  const std::string kind = pricing["kind"].string().value_or("");
  if (kind == "fixed") return pricing["units"].elements();
  if (kind != "variants") return {};
  auto variants = pricing["variants"].elements();
  std::erase_if(variants, [&](const Json& variant) {
    const auto other = variant["when"]["mode"].string();
    return other && *other != mode;
  });
  return variants;
}

std::optional<double> cost(const Json& rate, double megapixels) {
  const auto price = rate["price"].number();
  const double per = rate["per"].number().value_or(1);
  if (!price || !std::isfinite(*price) || *price < 0 || !std::isfinite(per) || per < 1) return {};
  std::string unit =
      rate["unit"].string().or_else([&] { return rate["name"].string(); }).value_or("");
  if (unit.ends_with('s')) unit.pop_back();
  if (unit == "megapixel") return std::ceil(megapixels) * *price / per;
  if (unit == "image" || unit == "generation" || unit == "request") return *price / per;
  return {};
}

}  // namespace

AnswerReader::AnswerReader(std::filesystem::path picture, std::uint64_t max_bytes)
    : picture_(std::move(picture)), max_bytes_(max_bytes) {}

Result<void> AnswerReader::take(std::span<const std::byte> piece) {
  for (const std::byte byte : piece) {
    const char c = static_cast<char>(byte);
    auto taken = state_ == State::in_picture ? take_picture(c) : take_text(c);
    if (!taken) return taken;
  }
  return {};
}

Result<void> AnswerReader::take_text(char c) {
  if (text_.size() >= max_text_bytes)
    return fail(ErrorKind::too_large, _("The answer of the service is too long."),
                _("Tell the service's support."));
  text_ += c;
  if (state_ == State::in_string) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      end_string();
      return {};
    }
    if (string_.size() <= picture_member.size()) string_ += c;
    if (!key_is_address_ || written_ > 0 || string_ != data_scheme) return {};
    text_.resize(text_.size() - data_scheme.size());
    encoded_ = data_scheme;
    return begin_picture();
  }
  if (c == '"') {
    string_.clear();
    state_ = State::in_string;
    if (key_is_picture_ && written_ == 0) return begin_picture();
  } else if (c == ':' && after_key_) {
    key_is_picture_ = string_ == picture_member;
    key_is_address_ = string_ == address_member;
    after_key_ = false;
  } else if (!g_ascii_isspace(c)) {
    after_key_ = key_is_picture_ = key_is_address_ = false;
  }
  return {};
}

Result<void> AnswerReader::begin_picture() {
  state_ = State::in_picture;
  seen_ = true;
  file_.close();  // an empty one may have come before
  file_.open(picture_, std::ios::binary | std::ios::trunc);
  return file_ ? Result<void>() : disk_error();
}

void AnswerReader::end_string() {
  state_ = State::outside;
  after_key_ = true;
  key_is_picture_ = key_is_address_ = false;
}

Result<void> AnswerReader::take_picture(char c) {
  if (!escape_.empty() || c == '\\') {
    escape_ += c;
    const bool is_code = escape_.size() > 1 && escape_[1] == 'u';
    if (escape_.size() < (is_code ? 6 : 2)) return {};
    // The others are line breaks, and what base64 does not have.
    const char one = escape_[1] == '/' ? '/' : '\n';
    c = is_code ? static_cast<char>(g_ascii_strtoull(escape_.c_str() + 2, nullptr, 16)) : one;
    escape_.clear();
  } else if (c == '"') {
    text_ += c;
    end_string();
    after_key_ = false;
    return decode();
  }
  encoded_ += c;
  if (encoded_.ends_with(',') && encoded_.starts_with("data:")) encoded_.clear();
  return encoded_.size() >= decode_block ? decode() : Result<void>();
}

Result<void> AnswerReader::decode() {
  std::vector<char> bytes(encoded_.size() / 4 * 3 + 3);
  const gsize count =
      g_base64_decode_step(encoded_.data(), encoded_.size(),
                           reinterpret_cast<guchar*>(bytes.data()), &decode_state_, &decode_save_);
  encoded_.clear();
  written_ += count;
  if (written_ > max_bytes_)
    return fail(ErrorKind::too_large, _("The result is larger than this picture can be."),
                _("It was not read to its end. Tell the service's support."));
  file_.write(bytes.data(), static_cast<std::streamsize>(count));
  if (!file_) return disk_error();
  return {};
}

Result<bool> AnswerReader::finish() {
  if (!seen_) return false;
  file_.close();
  if (!file_) return disk_error();
  return written_ > 0;
}

Result<Answer> parse_answer(std::string_view text) {
  const auto json = Json::parse(text);
  if (!json) return std::unexpected(json.error());
  if (!json->is_object()) return unexpected_answer();
  Answer answer;
  if (const auto data = (*json)["data"].elements(); !data.empty())
    answer.url = data.front()["url"].string().value_or("");
  const Json usage = (*json)["meta"]["usage"];
  const auto amount = [&](const char* member) -> std::optional<double> {
    const auto value = usage[member].number();
    return value && std::isfinite(*value) && *value >= 0 ? value : std::nullopt;
  };
  answer.cost = amount("usd_spent");
  for (const char* member : {"credits_used", "tokens_used"})
    if (const auto credits = amount(member); credits && !answer.cost)
      answer.cost = *credits / credits_per_dollar;
  return answer;
}

Result<Balance> parse_balance(std::string_view body) {
  const auto json = Json::parse(body);
  if (!json) return std::unexpected(json.error());
  const auto amount = (*json)["current_balance"].number();
  if (!amount) return unexpected_answer();
  return Balance{.available = *amount, .unit = (*json)["currency"].string().value_or("USD")};
}

std::optional<double> parse_price(std::string_view body, std::string_view model,
                                  std::string_view mode, double megapixels) {
  const auto json = Json::parse(body);
  if (!json) return {};
  std::optional<double> price;
  for (const Json& rate : rates(pricing_of(*json, model), mode)) {
    const auto amount = cost(rate, megapixels);
    if (!amount || (price && *price != *amount)) return {};
    price = amount;
  }
  return price;
}

}  // namespace sharpen::aimlapi

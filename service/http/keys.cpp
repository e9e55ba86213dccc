#include "service/http/keys.h"

#include <glib.h>

#include <algorithm>
#include <format>
#include <fstream>
#include <sstream>
#include <utility>

#include "service/http/secrets.h"

namespace sharpen::server {
namespace {

constexpr std::size_t shortest_key = 16, longest_name = 64;

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= longest_name && std::ranges::all_of(text, [](char c) {
    return g_ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
  });
}

}  // namespace

Result<Keys> Keys::load(const std::string& only, const std::filesystem::path& file) {
  Keys keys(random_bytes(32), file);
  if (!only.empty()) keys.only_ = Key{"", hmac(keys.secret_, only)};
  if (auto read = keys.reload(); !read) return fail(std::move(read));
  return keys;
}

Result<void> Keys::reload() {
  std::vector<Key> keys;
  if (!file_.empty()) {
    auto found = read();
    if (!found) return fail(std::move(found));
    keys = *std::move(found);
  }
  if (only_) keys.push_back(*only_);
  keys_ = std::move(keys);
  return {};
}

Result<std::vector<Keys::Key>> Keys::read() const {
  std::ifstream lines(file_);
  if (!lines)
    return fail(ErrorKind::io, std::format("{} cannot be read.", file_.string()),
                "Each of its lines has to be a name and a key.");
  std::vector<Key> keys;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::istringstream words(line.substr(0, line.find('#')));
    std::string name, key, more;
    if (!(words >> name)) continue;
    if (!is_name(name) || !(words >> key) || key.size() < shortest_key || words >> more)
      return fail(ErrorKind::bad_argument,
                  std::format("Line {} of {} is not a name and a key.", number, file_.string()),
                  std::format("A name has letters, digits, points, hyphens and underscores, a key "
                              "at least {} characters.",
                              shortest_key));
    if (std::ranges::contains(keys, name, &Key::name))
      return fail(ErrorKind::bad_argument,
                  std::format("{} has two keys for “{}”.", file_.string(), name),
                  "Give each key a name of its own.");
    keys.push_back({name, hmac(secret_, key)});
  }
  if (keys.empty())
    return fail(ErrorKind::bad_argument, std::format("{} has no key.", file_.string()),
                "Each of its lines has to be a name and a key.");
  return keys;
}

std::optional<std::string> Keys::name_of(std::string_view key) const {
  const std::string digest = hmac(secret_, key);
  const Key* found = nullptr;
  for (const Key& each : keys_)
    if (equal_in_constant_time(each.digest, digest)) found = &each;
  return found ? std::optional(found->name) : std::nullopt;
}

}  // namespace sharpen::server

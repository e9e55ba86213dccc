#include "service/http/multipart.h"

#include <glib.h>

#include <algorithm>
#include <optional>

namespace sharpen::server {
namespace {

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         g_ascii_strncasecmp(text.data(), prefix.data(), prefix.size()) == 0;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The value of `; name=value` or `; name="va\"lue"` behind a header's first word.
std::optional<std::string> parameter_of(std::string_view header, std::string_view name) {
  std::size_t at = header.find(';');
  while (at < header.size()) {
    const auto equals = header.find('=', at);
    if (equals == std::string_view::npos) return {};
    const bool wanted =
        starts_with_ignoring_case(trim(header.substr(at + 1, equals - at - 1)), name) &&
        trim(header.substr(at + 1, equals - at - 1)).size() == name.size();
    std::string value;
    std::size_t end = equals + 1;
    while (end < header.size() && (header[end] == ' ' || header[end] == '\t')) ++end;
    if (end < header.size() && header[end] == '"') {
      for (++end; end < header.size() && header[end] != '"'; ++end) {
        if (header[end] == '\\' && end + 1 < header.size()) ++end;
        value += header[end];
      }
      if (end == header.size()) return {};
      end = header.find(';', end);
    } else {
      const auto stop = header.find(';', end);
      value = trim(header.substr(end, stop == std::string_view::npos ? stop : stop - end));
      end = stop;
    }
    if (wanted) return value;
    at = end;
  }
  return {};
}

std::optional<FormPart> part_from(std::string_view header) {
  while (!header.empty()) {
    const auto end = header.find("\r\n");
    const auto line = header.substr(0, end);
    if (starts_with_ignoring_case(line, "content-disposition:")) {
      if (!starts_with_ignoring_case(trim(line.substr(20)), "form-data")) return {};
      const auto name = parameter_of(line, "name");
      if (!name || name->empty()) return {};
      const auto filename = parameter_of(line, "filename");
      return FormPart{*name, filename.value_or(""), filename.has_value()};
    }
    header = end == std::string_view::npos ? std::string_view() : header.substr(end + 2);
  }
  return {};
}

std::unexpected<Answer> malformed() {
  return refuse(400, "The multipart/form-data body is malformed.");
}

}  // namespace

std::string MultipartParser::boundary_of(std::string_view content_type) {
  if (!starts_with_ignoring_case(trim(content_type), "multipart/form-data")) return {};
  const std::string boundary = parameter_of(content_type, "boundary").value_or("");
  const bool lawful = boundary.size() <= 70 && std::ranges::all_of(boundary, [](unsigned char c) {
                        return c >= 0x20 && c < 0x7f;
                      });
  return lawful ? boundary : std::string();
}

MultipartParser::MultipartParser(std::string_view boundary, FormSink& sink)
    : delimiter_("\r\n--" + std::string(boundary)),
      sink_(sink),
      buffer_("\r\n") {}  // so that a boundary on the very first line is like every other

Checked<void> MultipartParser::feed(std::string_view piece) {
  if (state_ == State::epilogue) return {};
  buffer_.append(piece);
  for (;;) {
    const auto more = step();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
  }
  buffer_.erase(0, position_);
  position_ = 0;
  return {};
}

Checked<void> MultipartParser::finish() const {
  if (state_ != State::epilogue) return malformed();
  return {};
}

Checked<bool> MultipartParser::step() {
  switch (state_) {
    case State::preamble:
    case State::content:
      return read_content();
    case State::after_boundary:
      return read_after_boundary();
    case State::header:
      return read_header();
    case State::epilogue:
      position_ = buffer_.size();
      return false;
  }
  return false;
}

Checked<bool> MultipartParser::read_content() {
  const auto rest = std::string_view(buffer_).substr(position_);
  const auto found = rest.find(delimiter_);
  const bool ended = found != std::string_view::npos;
  // Without a boundary in sight, the last bytes may be the beginning of one.
  const std::size_t ready =
      ended ? found : rest.size() - std::min(rest.size(), delimiter_.size() - 1);
  if (state_ == State::content && ready > 0)
    if (auto taken = sink_.part_data(rest.substr(0, ready)); !taken)
      return std::unexpected(taken.error());
  position_ += ready;
  if (!ended) return false;
  position_ += delimiter_.size();
  if (state_ == State::content)
    if (auto taken = sink_.end_part(); !taken) return std::unexpected(taken.error());
  state_ = State::after_boundary;
  return true;
}

Checked<bool> MultipartParser::read_after_boundary() {
  auto rest = std::string_view(buffer_).substr(position_);
  if (rest.starts_with("--")) {
    state_ = State::epilogue;
    return true;
  }
  const auto end = rest.find("\r\n");
  if (end == std::string_view::npos) {
    if (rest.size() > 64) return malformed();
    return false;
  }
  if (!trim(rest.substr(0, end)).empty()) return malformed();
  if (++parts_ > max_parts) return refuse(400, "The form has too many parts.");
  // The line's end stays, so that a header of no lines at all ends with an empty line too.
  position_ += end;
  state_ = State::header;
  return true;
}

Checked<bool> MultipartParser::read_header() {
  const auto rest = std::string_view(buffer_).substr(position_);
  const auto end = rest.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (rest.size() > max_header_bytes) return malformed();
    return false;
  }
  if (end > max_header_bytes) return malformed();
  const auto part = part_from(rest.substr(0, end).substr(std::min<std::size_t>(end, 2)));
  if (!part) return malformed();
  position_ += end + 4;
  state_ = State::content;
  if (auto taken = sink_.begin_part(*part); !taken) return std::unexpected(taken.error());
  return true;
}

}  // namespace sharpen::server

#include "service/file_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <format>
#include <memory>
#include <vector>

#include "base/unique_fd.h"
#include "service/soup_signal.h"

namespace sharpen::server {
namespace {

constexpr std::uint64_t piece_bytes = 256 << 10;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  if (error != std::errc() || end != text.end()) return {};
  return value;
}

/// The file and what of it is still to be sent.
struct Stream {
  UniqueFd file;
  std::uint64_t position = 0, left = 0;

  void append_piece(SoupMessageBody* body) {
    if (left == 0) {
      soup_message_body_complete(body);
      return;
    }
    std::vector<char> bytes(std::min(left, piece_bytes));
    const ssize_t count =
        ::pread(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(position));
    if (count <= 0) {  // the file shrank: an answer that is too short tells the client
      soup_message_body_complete(body);
      return;
    }
    position += static_cast<std::uint64_t>(count);
    left -= static_cast<std::uint64_t>(count);
    soup_message_body_append(body, SOUP_MEMORY_COPY, bytes.data(), static_cast<gsize>(count));
  }
};

}  // namespace

RangeAnswer range_from(std::string_view header, std::uint64_t size) {
  constexpr std::string_view unit = "bytes=";
  if (!header.starts_with(unit)) return {};
  const auto range = header.substr(unit.size());
  const auto dash = range.find('-');
  if (dash == std::string_view::npos || range.find(',') != std::string_view::npos) return {};
  const auto first = number(range.substr(0, dash));
  const auto last = number(range.substr(dash + 1));
  const bool open_end = dash + 1 == range.size();
  if (dash == 0) {
    if (!last) return {};
    if (*last == 0 || size == 0) return {RangeKind::unsatisfiable, {}};
    return {RangeKind::part, {size - std::min(*last, size), size - 1}};
  }
  if (!first || (!last && !open_end) || (last && *last < *first)) return {};
  if (*first >= size) return {RangeKind::unsatisfiable, {}};
  return {RangeKind::part, {*first, std::min(last.value_or(size - 1), size - 1)}};
}

void stream_file(SoupServerMessage* message, const FileBody& file) {
  auto stream = std::make_shared<Stream>();
  stream->file = UniqueFd(::open(file.path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status = {};
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  if (!stream->file || ::fstat(stream->file.get(), &status) != 0) {
    soup_server_message_set_status(message, 404, nullptr);
    return;
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  SoupMessageHeaders* request_headers = soup_server_message_get_request_headers(message);
  const char* wanted = soup_message_headers_get_one(request_headers, "Range");
  const RangeAnswer range = range_from(wanted ? wanted : "", size);
  // libsoup would otherwise cut the answer by itself.
  soup_message_headers_remove(request_headers, "Range");

  soup_message_headers_append(headers, "Accept-Ranges", "bytes");
  soup_message_headers_set_content_type(headers, media_type_of(file.format).data(), nullptr);
  if (range.kind == RangeKind::unsatisfiable) {
    soup_message_headers_append(headers, "Content-Range", std::format("bytes */{}", size).c_str());
    soup_server_message_set_status(message, 416, nullptr);
    return;
  }
  stream->left = size;
  if (range.kind == RangeKind::part) {
    stream->position = range.range.first;
    stream->left = range.range.last - range.range.first + 1;
    soup_message_headers_append(
        headers, "Content-Range",
        std::format("bytes {}-{}/{}", range.range.first, range.range.last, size).c_str());
  }
  soup_server_message_set_status(message, range.kind == RangeKind::part ? 206 : 200, nullptr);
  soup_message_headers_set_content_length(headers, static_cast<goffset>(stream->left));
  if (std::string_view(soup_server_message_get_method(message)) == "HEAD") return;

  SoupMessageBody* body = soup_server_message_get_response_body(message);
  soup_message_body_set_accumulate(body, FALSE);
  stream->append_piece(body);
  connect(message, "wrote-chunk", std::function([stream, body] { stream->append_piece(body); }));
}

}  // namespace sharpen::server

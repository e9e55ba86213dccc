#include "service/http/file_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <format>
#include <memory>
#include <string>
#include <utility>

#include "base/glib_error.h"
#include "base/unique_fd.h"
#include "service/http/soup_signal.h"

namespace sharpen::server {
namespace {

/// Divides by three, so that pieces in base64 can be put together.
constexpr std::uint64_t piece_bytes = 192 << 10;

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
  std::optional<Base64Frame> frame;
  bool ended = false;

  void append_piece(SoupMessageBody* body) {
    std::string piece = next_piece();
    if (piece.empty())
      soup_message_body_complete(body);
    else
      soup_message_body_append(body, SOUP_MEMORY_COPY, piece.data(), piece.size());
  }

 private:
  std::string next_piece() {
    if (left == 0) return std::exchange(ended, true) || !frame ? "" : frame->after;
    std::string bytes(std::min(left, piece_bytes), '\0');
    const ssize_t count =
        ::pread(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(position));
    // The file shrank: an answer that is too short tells the client.
    if (count != static_cast<ssize_t>(bytes.size())) return {};
    position += bytes.size();
    left -= bytes.size();
    if (!frame) return bytes;
    return OwnedChars(g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size()))
        .get();
  }
};

void send_pieces(SoupServerMessage* message, std::shared_ptr<Stream> stream,
                 std::string_view first) {
  if (std::string_view(soup_server_message_get_method(message)) == "HEAD") return;
  SoupMessageBody* body = soup_server_message_get_response_body(message);
  soup_message_body_set_accumulate(body, FALSE);
  if (first.empty())
    stream->append_piece(body);
  else
    soup_message_body_append(body, SOUP_MEMORY_COPY, first.data(), first.size());
  connect(message, "wrote-chunk", std::function([stream, body] { stream->append_piece(body); }));
}

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

void stream_file(SoupServerMessage* message, const FileBody& file, unsigned status) {
  auto stream = std::make_shared<Stream>();
  stream->file = UniqueFd(::open(file.path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat found = {};
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  if (!stream->file || ::fstat(stream->file.get(), &found) != 0) {
    soup_server_message_set_status(message, 404, nullptr);
    return;
  }
  const auto size = static_cast<std::uint64_t>(found.st_size);
  if (file.frame) {
    stream->frame = file.frame;
    stream->left = size;
    const std::uint64_t length =
        file.frame->before.size() + (size + 2) / 3 * 4 + file.frame->after.size();
    soup_server_message_set_status(message, status, nullptr);
    soup_message_headers_set_content_type(headers, "application/json", nullptr);
    soup_message_headers_set_content_length(headers, static_cast<goffset>(length));
    send_pieces(message, stream, file.frame->before);
    return;
  }
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
  soup_server_message_set_status(message, range.kind == RangeKind::part ? 206 : status, nullptr);
  soup_message_headers_set_content_length(headers, static_cast<goffset>(stream->left));
  send_pieces(message, stream, {});
}

}  // namespace sharpen::server

#include "client/http/http_body.h"

#include <algorithm>
#include <cstring>
#include <format>
#include <memory>
#include <utility>

#include "base/glib_error.h"
#include "base/i18n.h"

namespace sharpen {
namespace {

constexpr std::size_t base64_block = 3 * 16384;  // a multiple of 3 encodes without padding

/// Reads the pieces one after the other.
class PieceReader {
 public:
  explicit PieceReader(std::vector<HttpBody::Piece> pieces) : pieces_(std::move(pieces)) {}

  gssize read(char* into, gsize size, GCancellable* cancellable, GError** error) {
    while (index_ < pieces_.size()) {
      const gssize count = read_piece(into, size, cancellable, error);
      if (count != 0) return count;
      ++index_;
      offset_ = 0;
      file_ = nullptr;
    }
    return 0;
  }

 private:
  gssize read_piece(char* into, gsize size, GCancellable* cancellable, GError** error) {
    const HttpBody::Piece& piece = pieces_[index_];
    if (piece.file.empty()) return take(piece.text, into, size);
    if (!file_ && !open(piece, cancellable, error)) return -1;
    if (!piece.base64) return read_file(piece, into, size, cancellable, error);
    if (offset_ == encoded_.size() && !encode_block(piece, cancellable, error)) return -1;
    return take(encoded_, into, size);
  }

  bool open(const HttpBody::Piece& piece, GCancellable* cancellable, GError** error) {
    const auto file = Ref<GFile>::adopt(g_file_new_for_path(piece.file.c_str()));
    file_ = Ref<GFileInputStream>::adopt(g_file_read(file.get(), cancellable, error));
    left_ = piece.file_size;
    encoded_.clear();
    return bool(file_);
  }

  gssize take(const std::string& text, char* into, gsize size) {
    const std::size_t count = std::min(size, text.size() - offset_);
    std::memcpy(into, text.data() + offset_, count);
    offset_ += count;
    return static_cast<gssize>(count);
  }

  gssize read_file(const HttpBody::Piece& piece, char* into, gsize size, GCancellable* cancellable,
                   GError** error) {
    size = static_cast<gsize>(std::min<std::uint64_t>(size, left_));
    if (size == 0) return 0;
    const gssize count =
        g_input_stream_read(G_INPUT_STREAM(file_.get()), into, size, cancellable, error);
    if (count == 0) {
      g_set_error(error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "%s became shorter",
                  piece.file.c_str());
      return -1;
    }
    if (count > 0) left_ -= static_cast<std::uint64_t>(count);
    return count;
  }

  bool encode_block(const HttpBody::Piece& piece, GCancellable* cancellable, GError** error) {
    std::string block(base64_block, '\0');
    std::size_t filled = 0;
    while (filled < block.size()) {
      const gssize count =
          read_file(piece, block.data() + filled, block.size() - filled, cancellable, error);
      if (count < 0) return false;
      if (count == 0) break;
      filled += static_cast<std::size_t>(count);
    }
    const OwnedChars text(g_base64_encode(reinterpret_cast<const guchar*>(block.data()), filled));
    encoded_ = text.get();
    offset_ = 0;
    return true;
  }

  std::vector<HttpBody::Piece> pieces_;
  std::size_t index_ = 0;
  std::size_t offset_ = 0;  ///< in the text, or in encoded_
  Ref<GFileInputStream> file_;
  std::uint64_t left_ = 0;  ///< of the file
  std::string encoded_;
};

struct BodyStream {
  GInputStream parent;
  PieceReader* reader;  ///< owned
};

gssize read_body(GInputStream* stream, void* into, gsize size, GCancellable* cancellable,
                 GError** error) noexcept {
  auto* body = reinterpret_cast<BodyStream*>(stream);
  return body->reader->read(static_cast<char*>(into), size, cancellable, error);
}

void finalize_body(GObject* object) noexcept {
  auto* body = reinterpret_cast<BodyStream*>(object);
  const std::unique_ptr<PieceReader> owner(std::exchange(body->reader, nullptr));
  auto* parent = g_type_class_peek(G_TYPE_INPUT_STREAM);
  G_OBJECT_CLASS(parent)->finalize(object);
}

void init_class(gpointer g_class, gpointer) {
  G_OBJECT_CLASS(g_class)->finalize = finalize_body;
  G_INPUT_STREAM_CLASS(g_class)->read_fn = read_body;
}

GType body_stream_type() {
  static const GType type = g_type_register_static_simple(
      G_TYPE_INPUT_STREAM, "SharpenBodyStream", sizeof(GInputStreamClass), init_class,
      sizeof(BodyStream), nullptr, G_TYPE_FLAG_NONE);
  return type;
}

}  // namespace

std::uint64_t HttpBody::Piece::size() const {
  if (file.empty()) return text.size();
  return base64 ? (file_size + 2) / 3 * 4 : file_size;
}

void HttpBody::add_text(std::string text) {
  if (!text.empty()) pieces_.push_back({.text = std::move(text), .file = {}});
}

Result<void> HttpBody::add_file(const std::filesystem::path& file) { return add(file, false); }
Result<void> HttpBody::add_file_as_base64(const std::filesystem::path& file) {
  return add(file, true);
}

Result<void> HttpBody::add(const std::filesystem::path& file, bool base64) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(file, error);
  if (error)
    return fail(ErrorKind::io, tr("The picture to be sent cannot be read: {}.", error.message()),
                _("Try again; the picture will be written again."));
  pieces_.push_back({.text = {}, .file = file, .file_size = size, .base64 = base64});
  return {};
}

std::uint64_t HttpBody::size() const {
  std::uint64_t sum = 0;
  for (const Piece& piece : pieces_) sum += piece.size();
  return sum;
}

Ref<GInputStream> HttpBody::open() const {
  auto reader = std::make_unique<PieceReader>(pieces_);
  auto* stream =
      static_cast<BodyStream*>(static_cast<void*>(g_object_new(body_stream_type(), nullptr)));
  stream->reader = reader.release();
  return Ref<GInputStream>::adopt(&stream->parent);
}

MultipartForm::MultipartForm()
    : boundary_("sharpen-" + std::string(OwnedChars(g_uuid_string_random()).get())) {}

void MultipartForm::add_field(std::string_view name, std::string_view value) {
  body_.add_text(std::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n",
                             boundary_, name, value));
}

Result<void> MultipartForm::add_file(std::string_view name, std::string_view file_name,
                                     std::string_view media_type,
                                     const std::filesystem::path& file) {
  body_.add_text(
      std::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n"
                  "Content-Type: {}\r\n\r\n",
                  boundary_, name, file_name, media_type));
  if (auto added = body_.add_file(file); !added) return added;
  body_.add_text("\r\n");
  return {};
}

std::string MultipartForm::content_type() const {
  return "multipart/form-data; boundary=" + boundary_;
}

HttpBody MultipartForm::finish() && {
  body_.add_text(std::format("--{}--\r\n", boundary_));
  return std::move(body_);
}

}  // namespace sharpen

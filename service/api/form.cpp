#include "service/api/form.h"

#include <fcntl.h>
#include <glib.h>
#include <unistd.h>

#include <cerrno>

namespace sharpen::server {
namespace {

constexpr std::size_t max_field_bytes = 64 << 10;

}  // namespace

FormReader::FormReader(std::string_view boundary, std::uint64_t max_bytes,
                       std::filesystem::path spool)
    : max_bytes_(max_bytes), spool_(std::move(spool)), parser_(boundary, *this) {}

Checked<void> FormReader::feed(std::string_view piece) {
  received_ += piece.size();
  if (received_ > max_bytes_) return std::unexpected(error_answer(413));
  return parser_.feed(piece);
}

Checked<Form> FormReader::finish() {
  if (auto finished = parser_.finish(); !finished) return std::unexpected(finished.error());
  file_.reset();
  return std::move(form_);
}

Checked<void> FormReader::begin_part(const FormPart& part) {
  if (part.name != "image") {
    if (form_.fields.contains(part.name))
      return refuse(400, "A field was sent twice: " + part.name + ".");
    if (!g_utf8_validate_len(part.name.data(), part.name.size(), nullptr))
      return refuse(400, "A field's name is not UTF-8.");
    field_name_ = part.name;
    form_.fields.emplace(part.name, "");
    field_bytes_ += part.name.size();
    return {};
  }
  if (spool_.empty()) return refuse(400, "This request takes no picture.");
  if (!form_.image.empty()) return refuse(400, "Send one picture only.");
  auto created = SpoolFile::create(".upload", spool_);
  if (!created) return refuse(500, created.error().text());
  form_.image = *std::move(created);
  file_ = UniqueFd(::open(form_.image.path().c_str(), O_WRONLY | O_CLOEXEC));
  if (!file_) return refuse(500, g_strerror(errno));
  if (g_utf8_validate_len(part.filename.data(), part.filename.size(), nullptr))
    form_.filename = part.filename.substr(part.filename.find_last_of("/\\") + 1);
  return {};
}

Checked<void> FormReader::part_data(std::string_view bytes) {
  if (!file_) {
    field_bytes_ += bytes.size();
    if (field_bytes_ > max_field_bytes) return refuse(400, "The form's fields are too long.");
    form_.fields[field_name_].append(bytes);
    return {};
  }
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return refuse(503, "The upload cannot be stored: the disk is full.");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Checked<void> FormReader::end_part() {
  if (!file_) {
    const std::string& value = form_.fields[field_name_];
    if (!g_utf8_validate_len(value.data(), value.size(), nullptr))
      return refuse(400, "A field's value is not UTF-8.");
  }
  file_.reset();
  return {};
}

}  // namespace sharpen::server

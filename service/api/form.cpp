#include "service/api/form.h"

#include <glib.h>

#include <utility>

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
  form_.image = image_.take();
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
  if (!image_.empty()) return refuse(400, "Send one picture only.");
  auto created = UploadFile::create(spool_);
  if (!created) return std::unexpected(std::move(created).error());
  image_ = *std::move(created);
  if (g_utf8_validate_len(part.filename.data(), part.filename.size(), nullptr))
    form_.filename = part.filename.substr(part.filename.find_last_of("/\\") + 1);
  return {};
}

Checked<void> FormReader::part_data(std::string_view bytes) {
  if (!image_.is_open()) {
    field_bytes_ += bytes.size();
    if (field_bytes_ > max_field_bytes) return refuse(400, "The form's fields are too long.");
    form_.fields[field_name_].append(bytes);
    return {};
  }
  return image_.write(bytes);
}

Checked<void> FormReader::end_part() {
  if (!image_.is_open()) {
    const std::string& value = form_.fields[field_name_];
    if (!g_utf8_validate_len(value.data(), value.size(), nullptr))
      return refuse(400, "A field's value is not UTF-8.");
  }
  image_.close();
  return {};
}

}  // namespace sharpen::server

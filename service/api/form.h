#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/spool_file.h"
#include "service/api/catalogue.h"
#include "service/http/multipart.h"
#include "service/http/upload_file.h"

namespace sharpen::server {

/// What a form brought: its fields, and the file of its part "image".
struct Form {
  Fields fields;
  SpoolFile image;       ///< empty if none came
  std::string filename;  ///< as the client named it
};

/// Reads a multipart form as it comes: fields into memory (64 KB in all), the picture into a file
/// of its own.
class FormReader final : public FormSink {
 public:
  /// `max_bytes` bounds the whole body. `spool` is empty for a form that takes no picture.
  FormReader(std::string_view boundary, std::uint64_t max_bytes, std::filesystem::path spool);

  [[nodiscard]] Checked<void> feed(std::string_view piece);
  /// Call once, when the body is complete.
  [[nodiscard]] Checked<Form> finish();

 private:
  Checked<void> begin_part(const FormPart& part) override;
  Checked<void> part_data(std::string_view bytes) override;
  Checked<void> end_part() override;

  std::uint64_t max_bytes_, received_ = 0;
  std::size_t field_bytes_ = 0;
  std::filesystem::path spool_;
  Form form_;
  UploadFile image_;
  std::string field_name_;
  MultipartParser parser_;
};

}  // namespace sharpen::server

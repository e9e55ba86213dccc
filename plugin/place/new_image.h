#pragma once

#include <libgimp/gimp.h>

#include <filesystem>
#include <string>

#include "base/error.h"
#include "plugin/export/source_snapshot.h"
#include "ui/host.h"

namespace sharpen {

/// An image that nobody has seen yet; deleted unless it is kept.
class NewImage {
 public:
  /// With one layer: what was sent, as it was, with the colour profile that it had. `sent_file` is
  /// the PNG that went out. Errors: bad_picture, io, gimp.
  [[nodiscard]] static Result<NewImage> from_snapshot(const SourceSnapshot& snapshot,
                                                      const std::filesystem::path& sent_file,
                                                      const std::string& layer_name,
                                                      const ProcessEvents& process_events);
  NewImage(const NewImage&) = delete;
  NewImage& operator=(const NewImage&) = delete;
  NewImage(NewImage&& other) noexcept;
  NewImage& operator=(NewImage&&) = delete;
  ~NewImage();

  [[nodiscard]] GimpImage* image() const { return gimp_image_get_by_id(id_); }
  [[nodiscard]] GimpLayer* layer() const { return gimp_layer_get_by_id(layer_id_); }
  /// Shows it in a window, if GIMP has windows, and leaves it to the user.
  GimpImage* keep();

 private:
  explicit NewImage(int id) : id_(id) {}
  int id_;
  int layer_id_ = -1;
};

}  // namespace sharpen

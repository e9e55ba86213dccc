#include "plugin/place/new_image.h"

#include <utility>

#include "base/i18n.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/gimp/layer_tree.h"
#include "plugin/place/layer_import.h"

namespace sharpen {
namespace {

/// The picture travelled perceptually encoded; a linear image wants the linear twin of its profile.
void set_profile(GimpImage* image, const TransferFormat& format) {
  if (format.icc.empty()) return;
  GErrorGuard error;
  auto profile = Ref<GimpColorProfile>::adopt(gimp_color_profile_new_from_icc_profile(
      reinterpret_cast<const guint8*>(format.icc.data()), format.icc.size(), error.out()));
  if (profile && format.is_linear())
    profile = Ref<GimpColorProfile>::adopt(
        gimp_color_profile_new_linear_from_color_profile(profile.get()));
  if (profile) gimp_image_set_color_profile(image, profile.get());
}

}  // namespace

Result<NewImage> NewImage::from_snapshot(const SourceSnapshot& snapshot,
                                         const std::filesystem::path& sent_file,
                                         const std::string& layer_name,
                                         const ProcessEvents& process_events) {
  const TransferFormat& format = snapshot.format;
  const bool gray = babl_format_get_n_components(format.native) <= 2;
  GimpImage* image = gimp_image_new_with_precision(
      snapshot.width, snapshot.height, gray ? GIMP_GRAY : GIMP_RGB, precision_of(format.native));
  if (!image) return fail(ErrorKind::gimp, _("GIMP could not create a new image."));
  NewImage made(gimp_image_get_id(image));
  gimp_image_undo_disable(image);
  set_profile(image, format);
  const GimpImageType type = gray ? (format.has_alpha ? GIMP_GRAYA_IMAGE : GIMP_GRAY_IMAGE)
                                  : (format.has_alpha ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE);
  GimpLayer* layer = gimp_layer_new(image, layer_name.c_str(), snapshot.width, snapshot.height,
                                    type, 100, GIMP_LAYER_MODE_NORMAL);
  if (!layer || !gimp_image_insert_layer(image, layer, nullptr, 0))
    return fail(ErrorKind::gimp, _("GIMP could not create a new image."));
  made.layer_id_ = gimp_item_get_id(as_item(layer));
  const auto buffer = buffer_of(as_drawable(layer));
  if (auto written = import_snapshot(sent_file, snapshot, {.buffer = buffer.get()}, process_events);
      !written)
    return fail(std::move(written));
  gegl_buffer_flush(buffer.get());
  gimp_drawable_update(as_drawable(layer), 0, 0, snapshot.width, snapshot.height);
  return made;
}

NewImage::NewImage(NewImage&& other) noexcept
    : id_(std::exchange(other.id_, -1)), layer_id_(other.layer_id_) {}

NewImage::~NewImage() {
  if (GimpImage* image = find_image(id_)) gimp_image_delete(image);
}

GimpImage* NewImage::keep() {
  GimpImage* kept = image();
  id_ = -1;
  if (!kept) return nullptr;
  gimp_image_undo_enable(kept);
  if (gimp_default_display()) gimp_display_new(kept);
  return kept;
}

}  // namespace sharpen

#include "plugin/files/open_picture.h"

#include <utility>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "plugin/files/inputs.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/gimp/layer_tree.h"
#include "plugin/place/layer_attributes.h"
#include "ui/run/event_pump.h"

namespace sharpen {
namespace {

std::string last_complaint() {
  const char* complaint = gimp_pdb_get_last_error(gimp_get_pdb());
  std::string said = complaint ? complaint : "";
  while (said.ends_with('.') || said.ends_with('\n')) said.pop_back();
  return said;
}

bool fills_canvas(GimpImage* image, GimpLayer* layer) {
  const LayerAttributes attributes = attributes_of(layer);
  return attributes.visible && attributes.offset_x == 0 && attributes.offset_y == 0 &&
         attributes.width == gimp_image_get_width(image) &&
         attributes.height == gimp_image_get_height(image) &&
         gimp_layer_get_opacity(layer) == 100 && !gimp_layer_get_mask(layer) &&
         !gimp_item_is_group(as_item(layer));
}

/// The export procedures of GIMP; the default of each other argument keeps metadata and profile.
bool export_to(GimpImage* image, GFile* file, OutputFormat format, int jpeg_quality) {
  GimpPDB* pdb = gimp_get_pdb();
  const char* name = format == OutputFormat::jpeg  ? "file-jpeg-export"
                     : format == OutputFormat::png ? "file-png-export"
                                                   : "file-tiff-export";
  GimpProcedure* procedure = gimp_pdb_lookup_procedure(pdb, name);
  if (!procedure) return false;
  const auto config = Ref<GimpProcedureConfig>::adopt(gimp_procedure_create_config(procedure));
  g_object_set(config.get(), "run-mode", GIMP_RUN_NONINTERACTIVE, "image", image, "file", file,
               "include-exif", TRUE, "include-iptc", TRUE, "include-xmp", TRUE,
               "include-color-profile", TRUE, nullptr);
  switch (format) {
    case OutputFormat::jpeg:
      // A progressive one has the same pixels and takes twice the time.
      g_object_set(config.get(), "quality", jpeg_quality / 100.0, "sub-sampling",
                   "sub-sampling-1x1", "progressive", FALSE, nullptr);
      break;
    case OutputFormat::png: {
      // Level 9, GIMP's own, takes seconds longer for a file that is 2 % smaller.
      constexpr int level = 4;
      g_object_set(config.get(), "compression", level, nullptr);
      break;
    }
    default:
      g_object_set(config.get(), "compression", "adobe_deflate", nullptr);
  }
  const OwnedValues values(gimp_procedure_run_config(procedure, config.get()));
  return values && GIMP_VALUES_GET_ENUM(values.get(), 0) == GIMP_PDB_SUCCESS;
}

}  // namespace

Result<std::unique_ptr<OpenPicture>> OpenPicture::load(const std::filesystem::path& file,
                                                       const Home& home) {
  const auto gfile = Ref<GFile>::adopt(g_file_new_for_path(file.c_str()));
  GimpImage* image = gimp_file_load(GIMP_RUN_NONINTERACTIVE, gfile.get());
  if (!image)
    return fail(ErrorKind::bad_picture, tr("GIMP cannot open it: {}.", last_complaint()),
                _("Check that it is a whole picture of a kind that GIMP reads."));
  std::unique_ptr<OpenPicture> picture(new OpenPicture(gimp_image_get_id(image)));
  gimp_image_undo_disable(image);
  const auto layer = picture->prepare(image);
  if (!layer) return std::unexpected(layer.error());
  auto host = GimpHost::open(image, {as_drawable(*layer)}, home);
  if (!host) return fail(std::move(host));
  picture->host_ = *std::move(host);
  return picture;
}

OpenPicture::~OpenPicture() {
  host_.reset();
  if (GimpImage* image = find_image(image_id_)) gimp_image_delete(image);
}

Result<GimpLayer*> OpenPicture::prepare(GimpImage* image) {
  if (gimp_image_get_base_type(image) == GIMP_INDEXED) gimp_image_convert_rgb(image);
  gimp_selection_none(image);
  const auto layers = items_of(gimp_image_get_layers(image));
  if (layers.size() == 1 && fills_canvas(image, layers.front())) return layers.front();
  GimpLayer* visible =
      layers.empty() ? nullptr : gimp_layer_new_from_visible(image, image, _("Visible"));
  if (!visible || !gimp_image_insert_layer(image, visible, nullptr, 0))
    return fail(ErrorKind::bad_picture, _("The picture has no layers."));
  visible_id_ = gimp_item_get_id(as_item(visible));
  return visible;
}

Result<std::vector<std::string>> OpenPicture::place(JobResult& result, const Settings& settings,
                                                    OutputFormat format) {
  Host::PlaceOptions options;
  options.unattended = true;
  options.keep_jobs = true;
  options.process_events = EventPump();
  const Host::Placement placement{0, settings, &result};
  if (format != OutputFormat::xcf) {
    // Two layers cost GIMP the mixing of both, for a file that shows one.
    std::vector<std::string> notes;
    const auto written = host_->overwrite(placement, options, notes);
    if (!written) return std::unexpected(written.error());
    if (*written) return notes;
  }
  return host_->place({placement}, options);
}

void OpenPicture::show_result_alone(GimpImage* image, OutputFormat format) const {
  const int result_id = host_->new_layers().front();
  for (GimpLayer* layer : items_of(gimp_image_get_layers(image))) {
    const int id = gimp_item_get_id(as_item(layer));
    if (id == result_id) continue;
    if (format == OutputFormat::xcf && id != visible_id_) {
      if (visible_id_ >= 0) gimp_item_set_visible(as_item(layer), FALSE);
    } else {
      gimp_image_remove_layer(image, layer);
    }
  }
}

Result<void> OpenPicture::save(const std::filesystem::path& file, OutputFormat format,
                               int jpeg_quality) {
  GimpImage* image = find_image(image_id_);
  if (!image || host_->new_layers().empty())
    return fail(ErrorKind::gimp, _("GIMP has closed the picture."), _("Try it again."));
  show_result_alone(image, format);
  const auto gfile = Ref<GFile>::adopt(g_file_new_for_path(file.c_str()));
  const bool saved = format == OutputFormat::xcf
                         ? gimp_file_save(GIMP_RUN_NONINTERACTIVE, image, gfile.get(), nullptr)
                         : export_to(image, gfile.get(), format, jpeg_quality);
  if (saved) return {};
  return fail(ErrorKind::io, tr("GIMP could not write it: {}.", last_complaint()),
              _("What was paid for is not lost; run the same again to fetch it."));
}

}  // namespace sharpen

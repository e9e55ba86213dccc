#include "plugin/host/gimp_host.h"

#include <algorithm>
#include <utility>

#include "base/i18n.h"
#include "plugin/export/screen_pixels.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/gimp/in_thread.h"
#include "plugin/gimp/layer_tree.h"
#include "plugin/gimp/session.h"
#include "plugin/host/host_parts.h"
#include "plugin/place/result_parasite.h"

namespace sharpen {
namespace {

/// A layer stands for itself; a layer mask for its layer.
Result<GimpLayer*> layer_of(GimpDrawable* drawable) {
  if (GIMP_IS_LAYER_MASK(drawable))
    if (GimpLayer* layer = gimp_layer_from_mask(GIMP_LAYER_MASK(drawable))) return layer;
  if (!GIMP_IS_LAYER(drawable))
    return fail(ErrorKind::bad_argument, _("A channel or a selection cannot be sharpened."),
                _("Choose a layer; leave Quick Mask if it is on."));
  return GIMP_LAYER(drawable);
}

Rectangle box_of(GimpLayer* layer) {
  return {0, 0, gimp_drawable_get_width(as_drawable(layer)),
          gimp_drawable_get_height(as_drawable(layer))};
}

/// Whether a result still is the box of its original that it was made of.
bool covers_part(GimpLayer* result, Rectangle box, GimpLayer* original) {
  const Rectangle all = box_of(original);
  return box.x >= 0 && box.y >= 0 && has_size(result, box) && box.x <= all.width - box.width &&
         box.y <= all.height - box.height;
}

std::string uri_of(GimpImage* image) {
  GFile* file = gimp_image_get_file(image);
  return file ? text_of(g_file_get_uri(file)) : "";
}

}  // namespace

Result<std::unique_ptr<GimpHost>> GimpHost::open(GimpImage* image,
                                                 const std::vector<GimpDrawable*>& drawables,
                                                 const Home& home) {
  if (gimp_image_get_base_type(image) == GIMP_INDEXED)
    return fail(ErrorKind::bad_argument, _("An indexed image cannot be sharpened."),
                _("Convert it to RGB first: Image > Mode > RGB."));
  if (gimp_image_get_floating_sel(image))
    return fail(ErrorKind::bad_argument, _("There is a floating selection."),
                _("Anchor it, or make it a layer, then try again."));
  if (drawables.empty())
    return fail(ErrorKind::bad_argument, _("No layer is selected."), _("Select a layer."));
  std::unique_ptr<GimpHost> host(new GimpHost(gimp_image_get_id(image), home));
  if (GimpDisplay* display = gimp_default_display())
    host->display_id_ = gimp_display_get_id(display);
  host->chosen_ = ChosenItems::of(image);
  for (GimpDrawable* drawable : drawables) {
    auto layer = layer_of(drawable);
    if (!layer) return fail(std::move(layer));
    if (!layer_in(image, gimp_item_get_id(as_item(*layer))))
      return fail(ErrorKind::bad_argument, _("The layer is not in this image."),
                  _("Choose a layer of the image."));
    if (auto added = host->add(*layer); !added) return fail(std::move(added));
  }
  if (host->display_id_ >= 0) host->prepare_screen();
  return host;
}

void GimpHost::prepare_screen() {
  std::vector<TransferFormat> formats;
  for (const Layer& layer : layers_)
    if (const auto drawable = drawable_of(layer))
      if (auto format = transfer_format(*drawable)) formats.push_back(*std::move(format));
  screen_conversions_ = std::async(if_there_is_a_thread, [formats = std::move(formats)] {
    std::ranges::for_each(formats, find_screen_conversions);
  });
}

Result<void> GimpHost::add(GimpLayer* chosen) {
  Layer layer;
  layer.chosen_id = gimp_item_get_id(as_item(chosen));
  if (gimp_item_is_group(as_item(chosen)) &&
      items_of(gimp_item_get_children(as_item(chosen))).empty())
    return fail(ErrorKind::bad_argument,
                tr("The group “{}” is empty.", text_of(gimp_item_get_name(as_item(chosen)))),
                _("Choose a layer, or a group that has some."));
  const bool twice = std::ranges::contains(layers_, layer.chosen_id, &Layer::chosen_id);
  if (twice) return {};
  Source source;
  if (const auto note = note_of(chosen)) {
    source.earlier = note->settings;
    GimpLayer* original = original_of(*note, gimp_item_get_image(as_item(chosen)));
    const bool whole = original && original != chosen && has_size(chosen, box_of(original));
    const bool part = original && covers_part(chosen, note->box, original);
    source.can_redo = whole || part;
    if (source.can_redo) layer.original_id = gimp_item_get_id(as_item(original));
    if (part && !whole) layer.original_box = note->box;
  }
  if (auto looked = look_at(layer, layer.chosen_id); !looked) return looked;
  source.layer_name = layer.attributes.name;
  source.width = static_cast<std::uint32_t>(layer.area.box.width);
  source.height = static_cast<std::uint32_t>(layer.area.box.height);
  source.has_selection = layer.area.selection != nullptr;
  layers_.push_back(std::move(layer));
  sources_.push_back(std::move(source));
  return {};
}

Result<void> GimpHost::look_at(Layer& layer, int sent_id) {
  GimpLayer* sent = find_layer(sent_id);
  if (!sent) return layer_is_gone();
  const bool again = sent_id == layer.original_id && layer.original_box;
  auto area = again ? Result<SentArea>(SentArea{*layer.original_box, nullptr})
                    : sent_area(sent, home_.spool());
  if (!area) return fail(std::move(area));
  layer.sent_id = sent_id;
  layer.sent_tattoo = gimp_item_get_tattoo(as_item(sent));
  layer.attributes = attributes_of(sent);
  layer.area = std::move(*area);
  return {};
}

void GimpHost::work_on_originals(bool originals) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    Layer& layer = layers_[i];
    if (layer.original_id < 0) continue;
    const int wanted = originals ? layer.original_id : layer.chosen_id;
    if (wanted == layer.sent_id && layer.looked) continue;
    layer.looked = look_at(layer, wanted);
    if (!layer.looked) continue;
    sources_[i].layer_name = layer.attributes.name;
    sources_[i].width = static_cast<std::uint32_t>(layer.area.box.width);
    sources_[i].height = static_cast<std::uint32_t>(layer.area.box.height);
    sources_[i].has_selection = layer.area.selection != nullptr;
  }
}

Result<GimpDrawable*> GimpHost::drawable_of(const Layer& layer) const {
  GimpLayer* found = find_layer(layer.sent_id);
  if (!found) return layer_is_gone();
  return as_drawable(found);
}

Result<ScreenPixels> GimpHost::thumbnail(std::size_t source, int max_side) {
  const Layer& layer = layers_.at(source);
  const auto drawable = drawable_of(layer);
  if (!drawable) return std::unexpected(drawable.error());
  return screen_thumbnail(*drawable, layer.area.box, max_side);
}

Result<ScreenPixels> GimpHost::region(std::size_t source, Rectangle box) {
  const Layer& layer = layers_.at(source);
  const auto drawable = drawable_of(layer);
  if (!drawable) return std::unexpected(drawable.error());
  return screen_region(*drawable,
                       {layer.area.box.x + box.x, layer.area.box.y + box.y, box.width, box.height});
}

Result<std::unique_ptr<Answer>> GimpHost::open_answer(std::size_t source, const JobResult& result) {
  const auto drawable = drawable_of(layers_.at(source));
  if (!drawable) return std::unexpected(drawable.error());
  const auto format = transfer_format(*drawable);
  if (!format) return std::unexpected(format.error());
  return screen_answer(result.file.path(), *format);
}

bool GimpHost::send_gray_as_rgb() {
  GimpImage* image = find_image(image_id_);
  const bool gray = image && gimp_image_get_base_type(image) == GIMP_GRAY;
  return gray && !std::exchange(gray_as_rgb_, true);
}

Result<std::unique_ptr<Export>> GimpHost::begin_export(std::size_t source,
                                                       std::optional<Rectangle> part) {
  Layer& layer = layers_.at(source);
  if (!layer.looked) return std::unexpected(layer.looked.error());
  const auto drawable = drawable_of(layer);
  if (!drawable) return std::unexpected(drawable.error());
  const LayerAttributes now = attributes_of(GIMP_LAYER(*drawable));
  const bool moved =
      now.offset_x != layer.attributes.offset_x || now.offset_y != layer.attributes.offset_y;
  const bool resized = now.width != layer.attributes.width || now.height != layer.attributes.height;
  if (resized || (moved && layer.area.selection))
    return fail(ErrorKind::gimp,
                tr("“{}” was changed in size or place; nothing was sent.", layer.attributes.name),
                _("Close this window and start again, so that the right part is sent."));
  Rectangle box = layer.area.box;
  if (part) box = {box.x + part->x, box.y + part->y, part->width, part->height};
  GimpImage* image = gimp_item_get_image(as_item(*drawable));

  LayerExport::Request request;
  request.drawable = *drawable;
  request.box = box;
  request.spool = home_.spool();
  request.as_rgb = gray_as_rgb_;
  request.keep = !part;
  request.origin.gimp_run = gimp_session();
  request.origin.image_id = gimp_image_get_id(image);
  request.origin.layer_tattoo = static_cast<int>(gimp_item_get_tattoo(as_item(*drawable)));
  request.origin.image_file = uri_of(image);
  request.origin.layer_name = layer.attributes.name;
  int offset_x = 0, offset_y = 0;
  gimp_drawable_get_offsets(*drawable, &offset_x, &offset_y);
  request.origin.offset_x = offset_x + box.x;
  request.origin.offset_y = offset_y + box.y;
  request.origin.box_x = box.x;
  request.origin.box_y = box.y;
  request.origin.layer_width = now.width;
  request.origin.layer_height = now.height;
  auto begun = LayerExport::begin(request);
  if (!begun) return fail(std::move(begun));
  if (part) return *std::move(begun);
  return std::make_unique<HostExport>(*this, source, *std::move(begun));
}

}  // namespace sharpen

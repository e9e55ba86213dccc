#include <algorithm>
#include <ranges>
#include <utility>

#include "base/i18n.h"
#include "client/journal/journal.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/gimp/in_thread.h"
#include "plugin/gimp/layer_tree.h"
#include "plugin/host/gimp_host.h"
#include "plugin/host/host_parts.h"
#include "plugin/place/find_sent.h"
#include "plugin/place/new_image.h"
#include "plugin/place/result_words.h"
#include "plugin/place/undo_group.h"

namespace sharpen {
namespace {

void add_note(std::vector<std::string>& notes, std::string note) {
  if (!note.empty() && !std::ranges::contains(notes, note)) notes.push_back(std::move(note));
}

/// The image, if results can still be put into it. While a script waits for us GIMP keeps even a
/// closed image alive, and drops it then: only its display tells that it was closed.
GimpImage* open_image(int id, int display_id) {
  if (display_id >= 0 && !gimp_display_id_is_valid(display_id)) return nullptr;
  GimpImage* image = find_image(id);
  return image && gimp_image_get_base_type(image) != GIMP_INDEXED ? image : nullptr;
}

/// A crop of the layer or a turn leave the rest of the image where it was. When the canvas has
/// changed too, what is left of the layer has to tell.
void follow_resize(PlaceRequest& request, const std::filesystem::path& sent_file) {
  const LayerAttributes now = attributes_of(request.source);
  LayerAttributes& attributes = request.attributes;
  const bool same_size = now.width == attributes.width && now.height == attributes.height;
  const bool same_canvas =
      now.canvas_width == attributes.canvas_width && now.canvas_height == attributes.canvas_height;
  if (same_size || same_canvas) return;
  const auto found =
      find_sent(request.source, *request.snapshot, sent_file, request.process_events);
  attributes.offset_x = now.offset_x + (found ? found->x - request.box.x : 0);
  attributes.offset_y = now.offset_y + (found ? found->y - request.box.y : 0);
}

}  // namespace

/// A result that can be inserted without failing.
struct GimpHost::Ready {
  PlaceRequest request;
  NewLayer layer;
  std::optional<NewImage> image;  ///< if the old one is gone
  std::size_t source = 0;
};

PlaceRequest GimpHost::request_for(const Placement& placement, const PlaceOptions& options) const {
  const Layer& layer = layers_.at(placement.source);
  PlaceRequest request;
  request.image = open_image(image_id_, display_id_);
  request.attributes = layer.attributes;
  request.box = layer.area.box;
  request.snapshot = layer.sent.at(layer.sent_id)->snapshot.get();
  request.selection = layer.area.selection.get();
  request.answer = placement.result->file.path();
  request.name = options.output_name.empty()
                     ? result_name(layer.attributes.name, placement.settings)
                     : options.output_name;
  request.settings = placement.settings;
  request.job = placement.result->upload_name;
  request.keep_source_visible = options.keep_source_visible;
  request.process_events = options.process_events;
  if (!request.image) return request;
  request.source = layer_in(request.image, layer.sent_id);
  if (layer.sent_id != layer.chosen_id) request.replaced = layer_in(request.image, layer.chosen_id);
  if (request.source) follow_resize(request, layer.sent.at(layer.sent_id)->file);
  return request;
}

GimpLayer* GimpHost::layer_left_alone(const Placement& placement) const {
  GimpImage* image = open_image(image_id_, display_id_);
  return image && !placement.result->changed
             ? layer_in(image, layers_.at(placement.source).chosen_id)
             : nullptr;
}

Result<bool> GimpHost::overwrite(const Placement& placement, const PlaceOptions& options,
                                 std::vector<std::string>& notes) {
  const PlaceRequest request = request_for(placement, options);
  const bool can_be = request.source && !request.replaced && is_plain(request.source) &&
                      has_size(request.source, request.box);
  if (!can_be || layer_left_alone(placement)) return false;
  unlock(request.source);
  GimpDrawable* layer = as_drawable(request.source);
  const auto buffer = buffer_of(layer);
  const auto report =
      import_answer(request.answer, *request.snapshot, {buffer.get(), 0, 0, watching(request)},
                    request.process_events);
  if (!report) return std::unexpected(report.error());
  gegl_buffer_flush(buffer.get());
  gimp_drawable_update(layer, 0, 0, request.box.width, request.box.height);
  notes = notes_of(*report);
  new_layers_ = {gimp_item_get_id(as_item(request.source))};
  changed_ = true;
  return true;
}

Result<GimpHost::Ready> GimpHost::make_ready(const Placement& placement,
                                             const PlaceOptions& options) {
  // An image that is closed in the midst of it, or a layer that is deleted, is no reason to fail.
  for (int attempt = 1;; ++attempt) {
    const PlaceRequest request = request_for(placement, options);
    auto made = make_ready(placement, request);
    if (made || attempt == 4 || !request.image || is_there(request)) return made;
  }
}

Result<GimpHost::Ready> GimpHost::make_ready(const Placement& placement, PlaceRequest request) {
  const Layer& layer = layers_.at(placement.source);
  const auto sent = layer.sent.find(layer.sent_id);
  if (sent == layer.sent.end()) return fail(ErrorKind::internal, _("This layer was not sent."));
  std::optional<NewImage> image;
  if (!request.image) {
    auto made = NewImage::from_snapshot(*sent->second->snapshot, sent->second->file,
                                        layer.attributes.name, request.process_events);
    if (!made) return fail(std::move(made));
    image.emplace(std::move(*made));
    request.image = image->image();
    request.source = image->layer();
    request.box = {0, 0, layer.area.box.width, layer.area.box.height};
    request.attributes = attributes_of(request.source);
  }
  auto made = NewLayer::make(request);
  if (!made) return fail(std::move(made));
  return Ready{std::move(request), std::move(*made), std::move(image), placement.source};
}

Result<void> GimpHost::make_lost_ones_again(std::vector<Ready>& ready,
                                            const std::vector<Placement>& placed,
                                            const PlaceOptions& options) {
  std::vector<Ready> fresh;
  for (const auto& [one, placement] : std::views::zip(ready, placed)) {
    if (is_there(one.request)) {
      fresh.push_back(std::move(one));
      continue;
    }
    auto made = make_ready(placement, options);
    if (!made) return fail(std::move(made));
    fresh.push_back(*std::move(made));
  }
  ready = std::move(fresh);
  return {};
}

Result<void> GimpHost::insert(std::vector<Ready>& ready, const PlaceOptions& options,
                              std::vector<std::string>& notes) {
  GimpImage* open = find_image(image_id_);
  const ChosenItems chosen = open ? ChosenItems::of(open) : ChosenItems();
  std::optional<UndoGroup> undo;
  GimpGroupLayer* group = nullptr;
  std::size_t group_of = 0;
  // The last one first: each goes directly above its source, so the first ends on top.
  for (Ready& one : ready | std::views::reverse) {
    PlaceRequest& request = one.request;
    if (!one.image && !undo) undo.emplace(request.image);
    const bool same_source = group && group_of == one.source;
    if (options.group && !one.image && request.source && !same_source) {
      group = gimp_group_layer_new(request.image, request.name.c_str());
      group_of = one.source;
      const std::string name = tr("{} – sharpened", request.attributes.name);
      gimp_item_set_name(as_item(reinterpret_cast<GimpLayer*>(group)), name.c_str());
      GimpItem* above = as_item(request.replaced ? request.replaced : request.source);
      gimp_image_insert_layer(request.image, reinterpret_cast<GimpLayer*>(group),
                              reinterpret_cast<GimpLayer*>(gimp_item_get_parent(above)),
                              gimp_image_get_item_position(request.image, above));
    }
    auto layer = one.layer.insert(request, one.image || !options.group ? nullptr : group);
    if (!layer) return fail(std::move(layer));
    new_layers_.push_back(gimp_item_get_id(as_item(*layer)));
    for (std::string& note : notes_of(one.layer)) add_note(notes, std::move(note));
    if (one.image) {
      one.image->keep();
      add_note(notes,
               _("The image was closed or converted meanwhile: the result is in a new one."));
    } else if (!request.source) {
      add_note(notes, _("The layer was deleted meanwhile: the result is the topmost layer."));
    } else if (!has_size(request.source,
                         {0, 0, request.attributes.width, request.attributes.height})) {
      add_note(notes, _("The layer changed its size meanwhile: the result has the size that was "
                        "sent."));
    }
  }
  std::ranges::reverse(new_layers_);
  remove_replaced(ready);
  choose_new_layers(ready, chosen);
  return {};
}

void GimpHost::remove_replaced(const std::vector<Ready>& ready) {
  // When all results are in: those of several models take the place of the same one.
  for (const Ready& one : ready) {
    const Layer& layer = layers_.at(one.source);
    GimpLayer* replaced =
        one.request.replaced ? layer_in(one.request.image, layer.chosen_id) : nullptr;
    if (replaced) gimp_image_remove_layer(one.request.image, replaced);
  }
  // An old one may have had the name, so the new one was numbered.
  for (const auto& [one, id] : std::views::zip(ready, new_layers_)) {
    if (one.request.replaced) gimp_item_set_name(gimp_item_get_by_id(id), one.request.name.c_str());
  }
}

void GimpHost::choose_new_layers(const std::vector<Ready>& ready, const ChosenItems& before) {
  GimpImage* image = find_image(image_id_);
  if (!image || std::ranges::any_of(ready, [](const Ready& one) { return !!one.image; })) return;
  const bool has_sources =
      std::ranges::all_of(ready, [](const Ready& one) { return !!one.request.source; });
  // GIMP has chosen the last one that was inserted.
  if (has_sources && before != chosen_) return before.choose_in(image);
  if (new_layers_.size() > 1) ChosenItems::layers(new_layers_).choose_in(image);
}

void GimpHost::settle_jobs(const std::vector<Placement>& placements, bool keep_paid,
                           const ProcessEvents& process_events) {
  struct Settled {
    std::string service;  ///< of the first one
    std::vector<std::string> problems;
  };
  // The journal waits for the disk.
  const auto settled = in_thread(
      [&] {
        Settled done;
        for (const Placement& placement : placements) {
          std::optional<JournalEntry> job;
          if (const auto journal = Journal::open(home_.journal()))
            if (const auto entry = journal->find(placement.result->journal_id)) job = *entry;
          if (job && done.service.empty()) done.service = word_of(job->service);
          if (job && keep_paid && job->service != ServiceKind::this_computer) continue;
          const auto kept = placed_job(placement.result->journal_id, home_);
          if (!kept) done.problems.push_back(kept.error().text());
        }
        return done;
      },
      process_events);
  if (!settled) return;
  if (service_used_.empty()) service_used_ = settled->service;
  // A job that stays in the journal can be fetched again: a nuisance, not a loss.
  for (const std::string& problem : settled->problems) g_warning("%s", problem.c_str());
}

Result<std::vector<std::string>> GimpHost::place(std::vector<Placement> placements,
                                                 const PlaceOptions& options) {
  new_layers_.clear();
  std::vector<std::string> notes;
  std::vector<Ready> ready;
  std::vector<Placement> placed, left_alone;
  std::vector<int> left_layers;
  std::optional<Error> problem;
  for (const Placement& placement : placements) {
    if (GimpLayer* layer = layer_left_alone(placement)) {
      left_alone.push_back(placement);
      left_layers.push_back(gimp_item_get_id(as_item(layer)));
      // Into a file it goes as it is.
      if (!options.keep_jobs)
        add_note(notes, tr("Nothing was changed in “{}”, so no layer was added.",
                           text_of(gimp_item_get_name(as_item(layer)))));
      continue;
    }
    auto made = make_ready(placement, options);
    if (!made) {
      problem = std::move(made).error();
      add_note(notes, problem->text());
      continue;
    }
    ready.push_back(*std::move(made));
    placed.push_back(placement);
  }
  if (ready.empty() && left_alone.empty() && problem) return std::unexpected(*problem);
  if (auto fresh = make_lost_ones_again(ready, placed, options); !fresh)
    return fail(std::move(fresh));
  if (auto inserted = insert(ready, options, notes); !inserted) return fail(std::move(inserted));
  for (const Placement& placement : placed) changed_ |= placement.result->changed;
  const bool fails = options.unattended && (problem || options.others_failed);
  new_layers_.insert(new_layers_.end(), left_layers.begin(), left_layers.end());
  placed.insert(placed.end(), left_alone.begin(), left_alone.end());
  if (!options.keep_jobs) settle_jobs(placed, fails, options.process_events);
  gimp_displays_flush();
  if (fails && problem) return std::unexpected(*problem);
  return notes;
}

}  // namespace sharpen

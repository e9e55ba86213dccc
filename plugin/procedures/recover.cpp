#include "plugin/procedures/recover.h"

#include <libgimp/gimp.h>

#include <optional>
#include <utility>

#include "base/i18n.h"
#include "client/jobs/spooled_upload.h"
#include "client/jobs/sweep.h"
#include "client/keys/keys.h"
#include "plugin/host/gimp_ref.h"
#include "plugin/place/layer_tree.h"
#include "plugin/place/new_image.h"
#include "plugin/place/placement.h"
#include "plugin/place/result_words.h"
#include "plugin/place/undo_group.h"
#include "plugin/procedures/session.h"

namespace sharpen {
namespace {

std::string title_of_job(const JournalEntry& entry) {
  return result_name(entry.origin.layer_name, entry.settings);
}

/// `said`, and what else has to be known of the answer.
std::string with_notes(std::string said, const NewLayer& layer) {
  for (const std::string& note : notes_of(layer)) said += " " + note;
  return said;
}

PlaceRequest request_of(const JournalEntry& entry, const JobResult& result) {
  PlaceRequest request;
  request.answer = result.file.path();
  request.name = title_of_job(entry);
  request.settings = entry.settings;
  return request;
}

/// Where the sent box lies in the layer, wherever that was moved; nothing if its size was changed.
std::optional<Box> box_in(const LayerLook& now, const JournalEntry& entry) {
  const Origin& origin = entry.origin;
  Box box{origin.box_x, origin.box_y, static_cast<int>(entry.width),
          static_cast<int>(entry.height)};
  if (origin.layer_width == 0) {  // of a version that kept no box
    box.x = origin.offset_x - now.offset_x;
    box.y = origin.offset_y - now.offset_y;
  } else if (now.width != origin.layer_width || now.height != origin.layer_height) {
    return {};
  }
  const bool inside = box.x >= 0 && box.y >= 0 && box.x + box.width <= now.width &&
                      box.y + box.height <= now.height;
  return inside ? std::optional(box) : std::nullopt;
}

/// The layer that a job came from and the box of it that was sent, if this GIMP has it unchanged in
/// size.
std::optional<PlaceRequest> request_above_source(const JournalEntry& entry,
                                                 const JobResult& result) {
  if (entry.origin.gimp_run != gimp_session()) return {};
  GimpImage* image = find_image(entry.origin.image_id);
  if (!image || gimp_image_get_base_type(image) == GIMP_INDEXED) return {};
  GimpLayer* source =
      gimp_image_get_layer_by_tattoo(image, static_cast<unsigned>(entry.origin.layer_tattoo));
  if (!source) return {};
  PlaceRequest request = request_of(entry, result);
  request.image = image;
  request.source = source;
  request.look = look_of(source);
  const auto box = box_in(request.look, entry);
  if (!box) return {};
  request.box = *box;
  return request;
}

/// What was sent; if that is gone, the answer stands in for it.
std::filesystem::path picture_of(const JournalEntry& entry, const JobResult& result) {
  std::error_code none;
  const bool sent_is_there = std::filesystem::exists(entry.original_file, none);
  return sent_is_there ? entry.original_file : result.file.path();
}

/// Empty if there was none, or if it cannot be read any more: the result matters more.
std::optional<KeptSelection> selection_of(const JournalEntry& entry, const Home& home,
                                          const Breathe& breathe) {
  const auto file = selection_file(entry.original_file);
  std::error_code none;
  if (!std::filesystem::exists(file, none)) return {};
  auto selection = load_selection(file, home.spool(), breathe);
  const bool fits = selection && selection->width == static_cast<int>(entry.width) &&
                    selection->height == static_cast<int>(entry.height);
  if (!fits) return {};
  return std::move(*selection);
}

}  // namespace

Result<std::string> GimpRecoverHost::place_recovered(const JournalEntry& entry, JobResult& result,
                                                     const Breathe& breathe) {
  const auto selection = selection_of(entry, home_, breathe);
  const auto sent = picture_of(entry, result);
  const auto original = load_original(sent);
  if (!original) return std::unexpected(original.error());
  if (auto request = request_above_source(entry, result)) {
    request->original = &*original;
    request->breathe = breathe;
    request->selection = selection ? &*selection : nullptr;
    auto layer = NewLayer::make(*request);
    const bool can_be_above = is_there(*request);  // the user may have closed the image by now
    if (!layer && can_be_above) return fail(std::move(layer));
    if (can_be_above) {
      const UndoGroup undo(request->image);
      const auto inserted = layer->insert(*request, nullptr);
      if (!inserted) return std::unexpected(inserted.error());
      new_layers_.push_back(gimp_item_get_id(as_item(*inserted)));
      gimp_displays_flush();
      return with_notes(tr("“{}” is above its layer.", request->name), *layer);
    }
  }
  auto image = NewImage::of_original(*original, sent, entry.origin.layer_name, breathe);
  if (!image) return fail(std::move(image));
  PlaceRequest request = request_of(entry, result);
  request.original = &*original;
  request.breathe = breathe;
  request.selection = selection ? &*selection : nullptr;
  request.image = image->image();
  request.source = image->layer();
  request.look = look_of(request.source);
  request.box = {0, 0, original->width, original->height};
  auto layer = NewLayer::make(request);
  if (!layer) return fail(std::move(layer));
  const auto inserted = layer->insert(request, nullptr);
  if (!inserted) return std::unexpected(inserted.error());
  new_layers_.push_back(gimp_item_get_id(as_item(*inserted)));
  image->keep();
  return with_notes(tr("“{}” is in a new image.", request.name), *layer);
}

namespace {

Result<std::string> recover_one(const JournalEntry& entry, RecoverHost& host, const Home& home) {
  Settings settings = entry.settings;
  settings.service = word_of(entry.service);
  settings.service_url = entry.service == ServiceKind::this_computer ? "" : entry.base_url;
  const auto service = resolve_service(settings, home, nullptr);
  if (!service) return std::unexpected(service.error());
  auto result = resume_job(
      entry, *service, home,
      [](const JobProgress& progress) {
        if (progress.fraction) gimp_progress_update(*progress.fraction);
      },
      nullptr);
  if (!result) return fail(std::move(result));
  auto placed = host.place_recovered(entry, *result, {});
  if (placed && !result->remark.empty()) *placed += " " + result->remark;
  if (!placed) return placed;
  if (auto finished = finish_job(result->journal_id, home); !finished)
    return fail(std::move(finished));
  return placed;
}

}  // namespace

Result<std::vector<std::string>> recover_all(RecoverHost& host, const Home& home) {
  sweep_spool(home);
  auto journal = Journal::open(home.journal());
  if (!journal) return fail(std::move(journal));
  const auto entries = journal->unfinished();
  if (!entries) return std::unexpected(entries.error());
  std::vector<std::string> notes;
  if (!journal->notice().empty()) notes.push_back(journal->notice());
  std::vector<Error> problems;
  bool fetched = false;
  gimp_progress_init(_("Fetching sharpened pictures"));
  for (const JournalEntry& entry : *entries) {
    if (entry.preview && entry.service == ServiceKind::this_computer) continue;
    const auto adopted = journal->adopt(entry.id);
    if (!adopted || !*adopted) continue;
    gimp_progress_set_text(title_of_job(entry).c_str());
    auto note = recover_one(entry, host, home);
    if (note) {
      notes.push_back(*std::move(note));
      fetched = true;
      continue;
    }
    problems.push_back(std::move(note).error());
    // Nobody else can take it while this process holds it.
    if (const auto released = journal->release(entry.id); !released)
      g_warning("%s", released.error().text().c_str());
  }
  gimp_progress_end();
  // A failure would keep a script from saving what did come; a problem stays in the list.
  if (!fetched && !problems.empty()) return std::unexpected(problems.front());
  for (const Error& problem : problems) notes.push_back(problem.text());
  return notes;
}

}  // namespace sharpen

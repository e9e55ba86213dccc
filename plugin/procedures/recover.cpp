#include "plugin/procedures/recover.h"

#include <libgimp/gimp.h>

#include <optional>
#include <utility>

#include "base/i18n.h"
#include "client/jobs/fetch_jobs.h"
#include "client/jobs/spooled_upload.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/gimp/layer_tree.h"
#include "plugin/gimp/session.h"
#include "plugin/place/new_image.h"
#include "plugin/place/placement.h"
#include "plugin/place/result_parasite.h"
#include "plugin/place/result_words.h"
#include "plugin/place/undo_group.h"
#include "ui/run/waiting_job.h"

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
  request.job = entry.upload_name;
  return request;
}

/// Where the sent box lies in the layer, wherever that was moved; nothing if its size was changed.
std::optional<Rectangle> box_in(const LayerAttributes& now, const JournalEntry& entry) {
  const LayerOrigin& origin = entry.origin;
  Rectangle box{origin.box_x, origin.box_y, static_cast<int>(entry.width),
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
  request.attributes = attributes_of(source);
  const auto box = box_in(request.attributes, entry);
  if (!box) return {};
  request.box = *box;
  return request;
}

/// Whether the answer can be put above what was sent.
bool fits_original(const JournalEntry& entry, const JobResult& result) {
  std::error_code none;
  return result.info.width == entry.width && result.info.height == entry.height &&
         std::filesystem::exists(entry.original_file, none);
}

/// Empty if there was none, or if it cannot be read any more: the result matters more.
std::optional<KeptSelection> selection_of(const JournalEntry& entry, const Home& home,
                                          const ProcessEvents& process_events) {
  const auto file = selection_file(entry.original_file);
  std::error_code none;
  if (!std::filesystem::exists(file, none)) return {};
  auto selection = load_selection(file, home.spool(), process_events);
  const bool fits = selection && selection->width == static_cast<int>(entry.width) &&
                    selection->height == static_cast<int>(entry.height);
  if (!fits) return {};
  return std::move(*selection);
}

}  // namespace

Result<std::string> GimpRecoverHost::place_alone(const JournalEntry& entry, const JobResult& result,
                                                 const ProcessEvents& process_events) {
  const auto answer = load_snapshot(result.file.path());
  if (!answer) return std::unexpected(answer.error());
  const std::string name = title_of_job(entry);
  auto image = NewImage::from_snapshot(*answer, result.file.path(), name, process_events);
  if (!image) return fail(std::move(image));
  note_result(image->layer(), entry.settings, entry.upload_name, nullptr,
              {0, 0, answer->width, answer->height});
  new_layers_.push_back(gimp_item_get_id(as_item(image->layer())));
  image->keep();
  if (result.info.width == entry.width && result.info.height == entry.height)
    return tr("“{}” is in a new image, alone: what was sent is no longer stored.", name);
  return tr("“{}” is in a new image, alone: it is {} × {} pixels and not {} × {}.", name,
            result.info.width, result.info.height, entry.width, entry.height);
}

Result<std::string> GimpRecoverHost::place_recovered(const JournalEntry& entry, JobResult& result,
                                                     const ProcessEvents& process_events) {
  auto placed = place_result(entry, result, process_events);
  if (placed && !result.remark.empty()) *placed += " " + result.remark;
  return placed;
}

Result<std::string> GimpRecoverHost::place_result(const JournalEntry& entry,
                                                  const JobResult& result,
                                                  const ProcessEvents& process_events) {
  if (!fits_original(entry, result)) return place_alone(entry, result, process_events);
  const auto selection = selection_of(entry, home_, process_events);
  const auto& sent = entry.original_file;
  const auto snapshot = load_snapshot(sent);
  if (!snapshot) return std::unexpected(snapshot.error());
  if (auto request = request_above_source(entry, result)) {
    request->snapshot = &*snapshot;
    request->process_events = process_events;
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
  auto image = NewImage::from_snapshot(*snapshot, sent, entry.origin.layer_name, process_events);
  if (!image) return fail(std::move(image));
  PlaceRequest request = request_of(entry, result);
  request.snapshot = &*snapshot;
  request.process_events = process_events;
  request.selection = selection ? &*selection : nullptr;
  request.image = image->image();
  request.source = image->layer();
  request.attributes = attributes_of(request.source);
  request.box = {0, 0, snapshot->width, snapshot->height};
  auto layer = NewLayer::make(request);
  if (!layer) return fail(std::move(layer));
  const auto inserted = layer->insert(request, nullptr);
  if (!inserted) return std::unexpected(inserted.error());
  new_layers_.push_back(gimp_item_get_id(as_item(*inserted)));
  image->keep();
  return with_notes(tr("“{}” is in a new image.", request.name), *layer);
}

namespace {

/// Places a result that was fetched, or gives its job back.
Result<std::string> settle(const JournalEntry& entry, Result<JobResult> result, RecoverHost& host,
                           const Home& home) {
  if (!result) return fail(std::move(result));
  auto placed = host.place_recovered(entry, *result, {});
  if (placed) {
    if (auto kept = placed_job(result->journal_id, home); !kept) return fail(std::move(kept));
    return placed;
  }
  // Nobody else can take it while this process holds it.
  (void)release_waiting(entry.id, home);
  return placed;
}

}  // namespace

Result<std::vector<std::string>> recover_all(RecoverHost& host, const Home& home,
                                             const RecoverOptions& options) {
  auto waiting = waiting_jobs(home);
  if (!waiting) return fail(std::move(waiting));
  std::vector<JournalEntry> jobs = std::move(waiting->jobs);
  if (options.placed) std::ranges::move(waiting->placed, std::back_inserter(jobs));
  std::vector<std::string> notes;
  if (!waiting->notice.empty()) notes.push_back(std::move(waiting->notice));
  std::vector<Error> problems;
  std::size_t fetched = 0;
  gimp_progress_init(_("Fetching sharpened pictures"));
  const FetchPatience patience{.limit = options.limit};
  fetch_jobs(jobs, home, patience, [&](const JournalEntry& entry, Result<JobResult> result) {
    gimp_progress_set_text(title_of_job(entry).c_str());
    auto note = settle(entry, std::move(result), host, home);
    if (note) {
      notes.push_back(*std::move(note));
      ++fetched;
    } else {
      problems.push_back(std::move(note).error());
      // TRANSLATORS: a picture and what is the matter with it
      problems.back().message = tr("{}: {}", title_of_job(entry), problems.back().message);
    }
    gimp_progress_update(static_cast<double>(fetched + problems.size()) /
                         static_cast<double>(jobs.size()));
  });
  gimp_progress_end();
  // A failure would keep a script from saving what did come; a problem stays in the list.
  if (fetched == 0 && !problems.empty()) {
    Error first = problems.front();
    if (problems.size() > 1)
      first.hint += " " + tr("{} pictures could not be fetched.", problems.size());
    return std::unexpected(std::move(first));
  }
  for (const Error& problem : problems) notes.push_back(problem.text());
  return notes;
}

}  // namespace sharpen

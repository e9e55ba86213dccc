#include "plugin/place/saved_results.h"

#include <libgimp/gimp.h>

#include <algorithm>

#include "client/jobs/saved_image.h"
#include "client/journal/journal.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/gimp/layer_tree.h"
#include "plugin/gimp/session.h"
#include "plugin/place/result_parasite.h"

namespace sharpen {
namespace {

bool was_written(GFile* file, std::int64_t since) {
  return file && written_at(text_of(g_file_get_uri(file))) > since;
}

/// An image is clean, too, once a result was undone: it has to be there.
bool is_saved(GimpImage* image, const JournalEntry& job) {
  if (was_written(gimp_image_get_file(image), job.placed) ||
      was_written(gimp_image_get_exported_file(image), job.placed))
    return true;
  return !gimp_image_is_dirty(image) &&
         std::ranges::any_of(all_layers(image), [&](GimpLayer* layer) {
           const auto note = note_of(layer);
           return note && note->job == job.upload_name;
         });
}

}  // namespace

void forget_saved_results(const Home& home) {
  std::error_code none;
  if (!std::filesystem::exists(home.journal(), none)) return;
  auto journal = Journal::open(home.journal());
  if (!journal) return;
  const auto placed = journal->placed();
  if (!placed) return;
  const std::string session = gimp_session();
  for (const JournalEntry& job : *placed) {
    if (job.origin.gimp_run != session) continue;
    GimpImage* image = find_image(job.origin.image_id);
    if (image && is_saved(image, job)) (void)journal->remove(job.id);
  }
}

}  // namespace sharpen

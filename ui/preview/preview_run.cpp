#include <cmath>

#include "base/i18n.h"
#include "ui/preview/preview.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

// Pixels of a part: there is soon something to see, and few parts in all.
constexpr double first_part = 384.0 * 384, largest_part = 1024.0 * 1024, part_growth = 4;
constexpr double most_by_itself = 4e6;  ///< pixels that are sharpened without being asked
constexpr double unseen_seconds = 0.4;  ///< shorter work shows no bar

double now_in_seconds() { return double(g_get_monotonic_time()) / G_USEC_PER_SEC; }

double sum(const std::vector<Rectangle>& boxes) {
  double pixels = 0;
  for (const Rectangle& box : boxes) pixels += pixels_of(box);
  return pixels;
}

}  // namespace

JobRequest Preview::request() const {
  JobRequest request;
  request.service = account_->address;
  request.settings = settings_;
  request.origin = *origin_;
  request.preview = true;
  return request;
}

void Preview::begin_export(std::optional<Rectangle> box) {
  auto begun = host_.begin_export(source_, box);
  if (!begun) return export_failed(begun.error());
  export_ = std::move(*begun);
  export_box_ = box;
  panel_->set_state(_("Preparing…"));
  exporting_ = EventSource::idle([this] {
    step_export();
    return export_ != nullptr;
  });
}

void Preview::step_export() {
  const Result<bool> complete = export_->step();
  if (!complete) {
    export_.reset();
    return export_failed(complete.error());
  }
  if (!*complete) return;
  const auto done = std::exchange(export_, nullptr);
  origin_ = done->origin();
  upload_ = done->finish();
  paying_ ? run_paid() : run_free();
}

void Preview::export_failed(const Error& error) {
  if (!paying_) return show_error(error);
  told_ = error;
  show_offer();
  set_paying(false);
}

void Preview::start_job(const JobRequest& wanted, Tell tell,
                        std::function<void(Result<JobResult>)> done) {
  job_.start(
      [wanted, home = home_, tell = std::move(tell),
       guard = std::weak_ptr(alive_)](GCancellable* cancellable) {
        const auto forward = [&](const JobProgress& progress) {
          post([tell, guard, progress] {
            if (const auto alive = guard.lock()) tell(progress);
          });
        };
        return run_job(wanted, home, forward, cancellable);
      },
      std::move(done));
}

void Preview::run_free() {
  const SharpenedRef into = sharpened();
  const Rectangle seen = panel_->view().visible();
  // The first answer brings the picture's name at the service; until then the newest wish waits.
  if (export_ || (source_id_.empty() && job_.running())) return;
  const bool useful =
      job_.running() && job_into_ == into && !held_ && pixels_of(intersection(job_box_, seen)) > 0;
  if (useful) return;
  job_.cancel();
  const auto missing = into->tiles.missing(on_grid(seen, whole()));
  panel_->set_button("");
  if (missing.empty()) {
    panel_->hide_progress();
    panel_->set_state(into->finding);
    return;
  }
  if (sum(missing) > most_by_itself && !all_) {
    return offer_to_go_on(_("Zoom in to see it sharpened, or sharpen all that is seen."));
  }
  if (to_do_ == 0) {
    to_do_ = sum(missing);
    // What the service has only to put together again comes at once.
    const bool soon = shown_ && shown_->source == into->source &&
                      shown_->of_original == into->of_original &&
                      shown_->service == into->service && shown_->tiles.knows(seen) &&
                      differ_in_amount_only(shown_->settings, into->settings);
    part_ = soon ? most_by_itself : first_part;
    began_ = now_in_seconds();
    time_left_ = {};
    // A service that has nothing to say can be stopped, too.
    waiting_ = EventSource::timeout(unsigned(unseen_seconds * 1000) + 1, [this] {
      if (job_into_ && !paying_) follow_progress(job_fraction_);
      return export_ || job_into_;
    });
  }
  panel_->set_state(_("Sharpening…"));
  if (source_id_.empty() && !upload_) return begin_export({});
  start_free(into, piece_near(missing, seen, part_));
  part_ = std::min(std::max(part_, largest_part), part_ * part_growth);
}

void Preview::start_free(const SharpenedRef& into, Rectangle box) {
  job_into_ = into;
  job_box_ = box;
  job_fraction_ = 0;
  JobRequest wanted = request();
  if (upload_) wanted.upload = *std::exchange(upload_, std::nullopt);
  wanted.upload.source_id = source_id_;
  wanted.upload.crop = {{std::uint32_t(box.x), std::uint32_t(box.y), std::uint32_t(box.width),
                         std::uint32_t(box.height)}};
  wanted.upload.fast = true;
  wanted.upload.width = source().width;
  wanted.upload.height = source().height;
  const auto tell = [this](const JobProgress& progress) {
    if (!job_.running() || paying_) return;
    job_fraction_ = std::max(job_fraction_, progress.fraction.value_or(0));
    follow_progress(job_fraction_);
  };
  start_job(wanted, tell, [this, into, box](Result<JobResult> result) {
    free_done(std::move(result), into, box);
  });
}

void Preview::follow_progress(double job_fraction) {
  const double elapsed = now_in_seconds() - began_;
  if (elapsed < unseen_seconds || to_do_ <= 0 || !job_into_) return;
  const double missing = sum(job_into_->tiles.missing(on_grid(panel_->view().visible(), whole())));
  const double fraction =
      std::clamp((to_do_ - missing + job_fraction * pixels_of(job_box_)) / to_do_, 0.0, 1.0);
  const auto left = time_left_.update(fraction, elapsed);
  const std::string percent = tr("{} %", number_text(std::floor(fraction * 100), 0));
  panel_->show_progress(fraction,
                        left && *left >= 2
                            // TRANSLATORS: progress and time: "40 % · about 12 s left"
                            ? tr("{} · {}", percent, tr("about {} left", duration_text(*left)))
                            : percent);
}

Result<void> Preview::read_now(const SharpenedRef& into, const JobResult& result, Rectangle box) {
  const auto answer = host_.open_answer(into->source, result);
  if (!answer) return std::unexpected(answer.error());
  const auto pixels = (*answer)->next(box.height);
  if (!pixels) return std::unexpected(pixels.error());
  into->tiles.put(box.x, box.y, *pixels, box);
  return {};
}

void Preview::free_done(Result<JobResult> result, const SharpenedRef& into, Rectangle box) {
  job_into_.reset();
  if (!result) {
    // The service forgot the picture: the next try sends it again.
    if (!source_id_.empty() && (result.error().kind == ErrorKind::not_found ||
                                result.error().kind == ErrorKind::refused)) {
      source_id_.clear();
      return run_free();
    }
    show_one_result();
    return show_error(result.error());
  }
  source_id_ = result->source_id;
  into->finding = finding_text(result->options_json);
  const auto read = read_now(into, *result, box);
  found_(into->settings, *result);
  cleaning_.start(
      [id = result->journal_id, home = home_](GCancellable*) { return finish_job(id, home); },
      [](const Result<void>&) {});
  if (!read) {
    show_one_result();
    return show_error(read.error());
  }
  forget_old_ones();
  show_after();
  panel_->view().redraw();
  // More is seen than is kept: what was dropped would be asked for without end.
  if (!into->tiles.knows(box)) {
    show_one_result();
    panel_->hide_progress();
    return panel_->set_state(into->finding);
  }
  if (!held_) run_free();
}

void Preview::show_one_result() {
  under_.reset();
  panel_->view().set_after(shown_ ? &shown_->tiles : nullptr);
}

void Preview::offer_to_go_on(const std::string& why) {
  show_one_result();
  show_after();
  panel_->hide_progress();
  panel_->set_state(why);
  panel_->set_button(_("Sharpen all _that is seen"));
}

void Preview::stop_clicked() {
  if (paying_) return cancel_paid();
  stop();
  held_ = true;
  offer_to_go_on(_("Stopped."));
}

void Preview::button_clicked() {
  if (paying_) return cancel_paid();
  if (!account_ || !placed_) return;
  if (follows_by_itself()) {
    all_ = true;
    held_ = false;
    to_do_ = 0;
    return run_free();
  }
  const Rectangle box = paid_box();
  const bool part = part_is_cheaper();
  stop();
  set_paying(true);
  panel_->set_button(_("S_top this preview"));
  upload_.reset();
  begin_export(part ? std::optional(box) : std::nullopt);
}

}  // namespace sharpen

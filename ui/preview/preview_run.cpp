#include "base/i18n.h"
#include "ui/preview/preview.h"
#include "ui/widgets/text.h"

namespace sharpen {

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
  if (!begun) {
    set_paying(false);
    return show_error(begun.error());
  }
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
    set_paying(false);
    return show_error(complete.error());
  }
  if (!*complete) return;
  const auto done = std::exchange(export_, nullptr);
  origin_ = done->origin();
  upload_ = done->finish();
  paying_ ? run_paid() : run_free();
}

void Preview::run_free() {
  // The first answer brings the picture's name at the service; until then the newest wish waits.
  if (export_ || (source_id_.empty() && job_.running())) {
    again_ = true;
    return;
  }
  if (source_id_.empty() && !upload_) return begin_export({});
  again_ = false;
  const Rectangle box = panel_->chooser().box();
  JobRequest wanted = request();
  if (upload_) wanted.upload = *std::exchange(upload_, std::nullopt);
  wanted.upload.source_id = source_id_;
  wanted.upload.crop = {{std::uint32_t(box.x), std::uint32_t(box.y), std::uint32_t(box.width),
                         std::uint32_t(box.height)}};
  wanted.upload.fast = true;
  wanted.upload.width = source().width;
  wanted.upload.height = source().height;
  panel_->set_state(_("Sharpening…"));
  job_.start([wanted, home = home_](
                 GCancellable* cancellable) { return run_job(wanted, home, {}, cancellable); },
             [this, box](Result<JobResult> result) { free_done(std::move(result), box); });
}

void Preview::free_done(Result<JobResult> result, Rectangle box) {
  if (!result) {
    // The service forgot the picture: the next try sends it again.
    if (!source_id_.empty() && (result.error().kind == ErrorKind::not_found ||
                                result.error().kind == ErrorKind::refused)) {
      source_id_.clear();
      return run_free();
    }
    return show_error(result.error());
  }
  source_id_ = result->source_id;
  const Rectangle now = panel_->chooser().box();
  const bool still_wanted = now.x == box.x && now.y == box.y && now.width == box.width &&
                            now.height == box.height && !again_;
  if (still_wanted) {
    const auto pixels = host_.result_region(source_, *result, box, box);
    if (!pixels) return show_error(pixels.error());
    panel_->view().set_after(*pixels);
    panel_->set_state(finding_text(result->summary));
  }
  cleaning_.start(
      [id = result->journal_id, home = home_](GCancellable*) { return finish_job(id, home); },
      [](const Result<void>&) {});
  if (again_) run_free();
}

void Preview::show_offer() {
  if (kept()) {
    panel_->set_button("");
    return panel_->set_state(
        _("This result is kept: sharpening with the same settings is not paid for again."));
  }
  const bool crop = crop_is_cheaper();
  const Rectangle box = crop ? panel_->chooser().box() : whole();
  const Price price = offline_price(account_->address.kind, std::uint32_t(box.width),
                                    std::uint32_t(box.height), settings_);
  const std::string cost = account_->capabilities.free_of_charge
                               ? std::string(_("free"))
                               : amount_text(price.amount, price.unit);
  panel_->set_state(crop ? _("A preview of this part is a paid job of its own.")
                         : _("A preview costs as much as the whole layer. The result is kept, and "
                             "is not paid for again."));
  panel_->set_button(crop ? tr("Preview _this part · {}", cost)
                          : tr("Sharpen _the whole layer and compare · {}", cost));
}

void Preview::set_paying(bool paying) {
  paying_ = paying;
  cancelling_ = false;
  panel_->set_busy(paying);
  changed_();
  if (!paying && ending_) ending_->quit();
}

void Preview::cancel_paid() {
  if (std::exchange(cancelling_, true)) return;
  panel_->set_button(_("S_top this preview"), false);
  panel_->set_state(_("Cancelling…"));
  if (job_.running()) return job_.interrupt();
  exporting_.stop();
  export_.reset();
  set_paying(false);
  show_offer();
}

std::string Preview::finish() {
  pause();
  std::string answer;
  if (paying_) {
    ending_.emplace();
    cancel_paid();
    if (paying_) ending_->run();
    ending_.reset();
    answer = panel_->state();
  }
  std::vector<std::int64_t> seen;
  for (const Kept& kept : kept_) {
    const Rectangle whole = {0, 0, int(host_.sources()[kept.source].width),
                             int(host_.sources()[kept.source].height)};
    if (kept.covers.width < whole.width || kept.covers.height < whole.height) {
      seen.push_back(kept.result.journal_id);
    }
  }
  if (seen.empty()) return answer;
  cleaning_.start(
      [seen = std::move(seen), home = home_](GCancellable*) {
        for (const std::int64_t id : seen) (void)finish_job(id, home);
        return true;
      },
      [](bool) {});
  return answer;
}

void Preview::button_clicked() {
  if (paying_) return cancel_paid();
  if (!account_ || !placed_) return;
  stop();
  set_paying(true);
  panel_->set_button(_("S_top this preview"));
  upload_.reset();
  begin_export(crop_is_cheaper() ? std::optional(panel_->chooser().box()) : std::nullopt);
}

void Preview::run_paid() {
  JobRequest wanted = request();
  wanted.upload = *std::exchange(upload_, std::nullopt);
  const Rectangle covers = export_box_.value_or(whole());
  panel_->set_state(_("Sharpening…"));
  const auto tell = [this](const JobProgress& progress) {
    const std::string stage = _(title_of(progress.stage));
    if (cancelling_) return;
    panel_->set_state(progress.fraction
                          ? tr("{}, {} %", stage, number_text(*progress.fraction * 100, 0))
                          : stage);
  };
  job_.start(
      [wanted, home = home_, tell, guard = std::weak_ptr(alive_)](GCancellable* cancellable) {
        const auto forward = [&](const JobProgress& progress) {
          post([tell, guard, progress] {
            if (const auto alive = guard.lock()) tell(progress);
          });
        };
        return run_job(wanted, home, forward, cancellable);
      },
      [this, settings = settings_, covers](Result<JobResult> result) {
        paid_done(std::move(result), settings, covers);
      });
}

void Preview::paid_done(Result<JobResult> result, const Settings& settings, Rectangle covers) {
  const bool refused = !result && result.error().kind == ErrorKind::refused;
  if (refused && !cancelling_ && host_.send_gray_as_rgb()) return begin_export(export_box_);
  if (result) kept_.push_back({source_, originals_, essence(settings), std::move(*result), covers});
  show_kept();
  show_offer();
  if (!result) {
    panel_->set_state(result.error().text(), result.error().kind != ErrorKind::cancelled);
  }
  set_paying(false);
}

void Preview::show_error(const Error& error) { panel_->set_state(error.text(), true); }

}  // namespace sharpen

#include <cmath>

#include "base/i18n.h"
#include "ui/preview/preview.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

/// What a service is sent around a part that is new, so that its edges are like the middle.
constexpr int margin = 64;

}  // namespace

Rectangle Preview::paid_box() {
  const Rectangle seen = panel_->view().visible();
  const Rectangle fresh = around(sharpened()->tiles.missing(seen));
  return intersection(
      {fresh.x - margin, fresh.y - margin, fresh.width + 2 * margin, fresh.height + 2 * margin},
      seen);
}

bool Preview::part_is_cheaper() {
  const Rectangle box = paid_box();
  const auto price = [&](int width, int height) {
    return offline_price(account_->address.kind, std::uint32_t(width), std::uint32_t(height),
                         settings_)
        .amount;
  };
  return price(box.width, box.height) < price(whole().width, whole().height);
}

void Preview::show_offer() {
  const Rectangle seen = panel_->view().visible();
  const PictureTiles& tiles = sharpened()->tiles;
  if (kept() || tiles.knows(seen)) {
    panel_->set_button("");
    return panel_->set_state(
        has(source_, settings_)
            ? _("This result is saved: sharpening with the same settings is not charged again.")
            : _("This part is saved: its preview is not charged again."));
  }
  const bool part = part_is_cheaper();
  const Rectangle box = part ? paid_box() : whole();
  const Price price = offline_price(account_->address.kind, std::uint32_t(box.width),
                                    std::uint32_t(box.height), settings_);
  const std::string cost = account_->capabilities.free_of_charge
                               ? std::string(_("free"))
                               : amount_text(price.amount, price.unit);
  panel_->set_state(
      !part ? _("A preview costs as much as the whole layer. The result is saved, and is not "
                "charged again.")
      : tiles.knows_some(seen)
          ? _("A part of this is saved and is not charged again; the rest is a separate paid job.")
          : _("A preview of this part is a separate paid job."));
  panel_->set_button(part ? tr("Preview _this part · {}", cost)
                          : tr("Sharpen _the whole layer and compare · {}", cost));
  if (told_) panel_->set_state(told_->text(), told_->kind != ErrorKind::cancelled);
}

void Preview::set_paying(bool paying) {
  if (paying) told_.reset();
  paying_ = paying;
  cancelling_ = false;
  panel_->set_busy(paying);
  if (!paying) panel_->hide_progress();
  changed_();
  if (!paying && ending_) ending_->quit();
}

void Preview::cancel_paid() {
  if (std::exchange(cancelling_, true)) return;
  panel_->hide_progress();
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

void Preview::tell_paid(const JobProgress& progress) {
  if (cancelling_ || !paying_) return;
  const std::string stage = _(title_of(progress.stage));
  panel_->set_state(stage);
  if (!progress.fraction) return;
  panel_->show_progress(*progress.fraction,
                        tr("{} %", number_text(std::floor(*progress.fraction * 100), 0)));
}

void Preview::run_paid() {
  JobRequest wanted = request();
  wanted.upload = *std::exchange(upload_, std::nullopt);
  const Rectangle covers = export_box_.value_or(whole());
  panel_->set_state(_("Sharpening…"));
  start_job(
      wanted, [this](const JobProgress& progress) { tell_paid(progress); },
      [this, settings = settings_, covers](Result<JobResult> result) {
        paid_done(std::move(result), settings, covers);
      });
}

void Preview::paid_done(Result<JobResult> result, const Settings& settings, Rectangle covers) {
  const bool refused = !result && result.error().kind == ErrorKind::refused;
  if (refused && !cancelling_ && host_.send_gray_as_rgb()) return begin_export(export_box_);
  if (result) {
    kept_.push_back({source_, of_original(source_), essence(settings), std::move(*result), covers});
    read_answer(sharpened(), kept_.back().result, covers);
  }
  if (!result) told_ = std::move(result).error();
  show_offer();
  set_paying(false);
}

}  // namespace sharpen

#include "ui/preview.h"

#include <algorithm>
#include <cmath>
#include <format>

#include "base/i18n.h"
#include "ui/text.h"

namespace sharpen {
namespace {

constexpr int thumbnail_side = 320;
constexpr unsigned rest_milliseconds = 250, drag_milliseconds = 30;

/// What decides whether a result is the answer to these settings: not the user's own limit.
Settings essence(Settings settings) {
  settings.max_cost.reset();
  return settings;
}

}  // namespace

Preview::Preview(Host& host, Home home) : host_(host), home_(std::move(home)) {
  PreviewPanel::Events events;
  events.box_moved = [this] {
    drag_rest_ = EventSource::timeout(drag_milliseconds, [this] {
      show_before();
      request_soon();
      return false;
    });
  };
  events.moved = [this](int x, int y) {
    const Box before = panel_->chooser().box();
    Box box = before;
    box.x += x;
    box.y += y;
    panel_->chooser().set_box(box);
    const Box now = panel_->chooser().box();
    if (now.x != before.x || now.y != before.y) {
      show_before();
      request_soon();
    }
    return std::pair(now.x - before.x, now.y - before.y);
  };
  events.resized = [this] { resized(); };
  events.button = [this] { button_clicked(); };
  panel_ = std::make_unique<PreviewPanel>(std::move(events));
}

Preview::~Preview() = default;

const Source& Preview::source() const { return host_.sources().front(); }

Box Preview::whole() const { return {0, 0, int(source().width), int(source().height)}; }

bool Preview::follows_by_itself() const {
  return account_ && account_->capabilities.free_of_charge && account_->capabilities.has_crop;
}

bool Preview::crop_is_cheaper() const {
  const Box box = panel_->chooser().box();
  const auto price = [&](int width, int height) {
    return offline_price(account_->address.kind, std::uint32_t(width), std::uint32_t(height),
                         settings_)
        .amount;
  };
  return price(box.width, box.height) < price(whole().width, whole().height);
}

const Preview::Kept* Preview::kept() const {
  const Box box = panel_->chooser().box();
  const auto fits = [&](const Kept& kept) {
    const Box& covers = kept.covers;
    return kept.settings == essence(settings_) && covers.x <= box.x && covers.y <= box.y &&
           covers.x + covers.width >= box.x + box.width &&
           covers.y + covers.height >= box.y + box.height;
  };
  const auto found = std::ranges::find_if(kept_, fits);
  return found == kept_.end() ? nullptr : &*found;
}

void Preview::start() {
  if (std::exchange(started_, true) || host_.sources().empty()) return;
  const auto thumbnail = host_.thumbnail(0, thumbnail_side);
  if (!thumbnail) return show_error(thumbnail.error());
  panel_->chooser().set_picture(*thumbnail, whole().width, whole().height);
  CompareView& view = panel_->view();
  panel_->chooser().set_box(most_detailed_box(*thumbnail, whole().width, whole().height,
                                              view.visible_width(), view.visible_height()));
  placed_ = true;
  show_before();
  request_soon();
}

void Preview::set_settings(const Settings& settings) {
  if (settings == settings_) return;
  settings_ = settings;
  request_soon();
}

void Preview::set_account(std::optional<Account> account, const std::string& problem) {
  account_ = std::move(account);
  // Another service does not know the picture.
  source_id_.clear();
  stop();
  paused_ = false;
  panel_->view().clear_after();
  if (!account_) {
    panel_->set_button("");
    panel_->set_state(problem, true);
    return;
  }
  panel_->set_state("");
  request_soon();
}

void Preview::stop() {
  rest_.stop();
  exporting_.stop();
  export_.reset();
  job_.cancel();
  paying_ = again_ = false;
  panel_->view().set_notice("");
}

void Preview::pause() {
  paused_ = true;
  stop();
}

std::optional<JobResult> Preview::take(std::size_t source, const Settings& settings) {
  if (source != 0) return {};
  const auto found = std::ranges::find_if(kept_, [&](const Kept& kept) {
    return kept.settings == essence(settings) && kept.covers.width == whole().width &&
           kept.covers.height == whole().height;
  });
  if (found == kept_.end()) return {};
  JobResult result = std::move(found->result);
  kept_.erase(found);
  return result;
}

void Preview::resized() {
  if (!placed_) return;
  const CompareView& view = panel_->view();
  const double part = std::max(1.0, view.zoom());
  const Box old = panel_->chooser().box();
  Box box = old;
  box.width = std::min(int(view.visible_width() * part), whole().width);
  box.height = std::min(int(view.visible_height() * part), whole().height);
  box.x += (old.width - box.width) / 2;
  box.y += (old.height - box.height) / 2;
  if (box.width == old.width && box.height == old.height) return;
  panel_->chooser().set_box(box);
  drag_rest_ = EventSource::timeout(drag_milliseconds, [this] {
    show_before();
    request_soon();
    return false;
  });
}

void Preview::show_before() {
  const auto pixels = host_.region(0, panel_->chooser().box());
  if (!pixels) return show_error(pixels.error());
  panel_->view().set_before(*pixels);
  show_kept();
}

void Preview::show_kept() {
  const Kept* found = kept();
  if (!found) return panel_->view().clear_after();
  const auto pixels = host_.result_region(0, found->result, found->covers, panel_->chooser().box());
  if (!pixels) return show_error(pixels.error());
  panel_->view().set_after(*pixels);
}

void Preview::request_soon() {
  if (!placed_ || !account_ || paying_ || paused_) return;
  rest_ = EventSource::timeout(rest_milliseconds, [this] { return run(), false; });
}

void Preview::run() {
  if (const auto checked = check(settings_); !checked) return show_error(checked.error());
  if (!follows_by_itself()) {
    show_kept();
    return show_offer();
  }
  panel_->set_button("");
  run_free();
}

JobRequest Preview::request() const {
  JobRequest request;
  request.service = account_->address;
  request.settings = settings_;
  request.origin = *origin_;
  request.preview = true;
  return request;
}

void Preview::begin_export(std::optional<Box> box) {
  auto begun = host_.begin_export(0, box);
  if (!begun) {
    paying_ = false;
    return show_error(begun.error());
  }
  export_ = std::move(*begun);
  export_box_ = box;
  panel_->view().set_notice(_("Preparing…"));
  exporting_ = EventSource::idle([this] {
    step_export();
    return export_ != nullptr;
  });
}

void Preview::step_export() {
  const Result<bool> complete = export_->step();
  if (!complete) {
    export_.reset();
    paying_ = false;
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
  const Box box = panel_->chooser().box();
  JobRequest wanted = request();
  if (upload_) wanted.upload = *std::exchange(upload_, std::nullopt);
  wanted.upload.source_id = source_id_;
  wanted.upload.crop = {{std::uint32_t(box.x), std::uint32_t(box.y), std::uint32_t(box.width),
                         std::uint32_t(box.height)}};
  wanted.upload.fast = true;
  wanted.upload.width = source().width;
  wanted.upload.height = source().height;
  panel_->view().set_notice(_("Sharpening…"));
  job_.start([wanted, home = home_](
                 GCancellable* cancellable) { return run_job(wanted, home, {}, cancellable); },
             [this, box](Result<JobResult> result) { free_done(std::move(result), box); });
}

void Preview::free_done(Result<JobResult> result, Box box) {
  panel_->view().set_notice("");
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
  const Box now = panel_->chooser().box();
  const bool still_wanted = now.x == box.x && now.y == box.y && now.width == box.width &&
                            now.height == box.height && !again_;
  if (still_wanted) {
    const auto pixels = host_.result_region(0, *result, box, box);
    if (!pixels) return show_error(pixels.error());
    panel_->view().set_after(*pixels);
    panel_->set_state(result->summary);
  }
  cleaning_.start(
      [id = result->journal_id, home = home_](GCancellable*) { return finish_job(id, home); },
      [](const Result<void>&) {});
  if (again_) run_free();
}

void Preview::show_offer() {
  panel_->view().set_notice("");
  if (kept()) {
    panel_->set_button("");
    return panel_->set_state(
        _("This result is kept: sharpening with the same settings is not paid for again."));
  }
  const bool crop = crop_is_cheaper();
  const Box box = crop ? panel_->chooser().box() : whole();
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

void Preview::button_clicked() {
  if (paying_) {
    stop();
    return show_offer();
  }
  if (!account_ || !placed_) return;
  paying_ = true;
  panel_->set_button(_("_Cancel"));
  upload_.reset();
  begin_export(crop_is_cheaper() ? std::optional(panel_->chooser().box()) : std::nullopt);
}

void Preview::run_paid() {
  JobRequest wanted = request();
  wanted.upload = *std::exchange(upload_, std::nullopt);
  const Box covers = export_box_.value_or(whole());
  panel_->view().set_notice(_("Sharpening…"));
  const auto tell = [this](const JobProgress& progress) {
    const std::string stage = _(title_of(progress.stage));
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

void Preview::paid_done(Result<JobResult> result, const Settings& settings, Box covers) {
  paying_ = false;
  panel_->view().set_notice("");
  if (!result) {
    show_offer();
    return show_error(result.error());
  }
  kept_.push_back({essence(settings), std::move(*result), covers});
  show_kept();
  show_offer();
}

void Preview::show_error(const Error& error) {
  panel_->view().set_notice("");
  panel_->set_state(error.text(), true);
}

}  // namespace sharpen

#include "ui/preview/preview.h"

#include <algorithm>
#include <cmath>
#include <format>

#include "base/i18n.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

constexpr int thumbnail_side = 320;
constexpr unsigned rest_milliseconds = 250, drag_milliseconds = 30;

}  // namespace

Preview::Preview(Host& host, Home home, std::function<void()> changed)
    : host_(host), home_(std::move(home)), changed_(std::move(changed)) {
  PreviewPanel::Events events;
  events.box_moved = [this] {
    drag_rest_ = EventSource::timeout(drag_milliseconds, [this] {
      show_before();
      request_soon();
      return false;
    });
  };
  events.moved = [this](int x, int y) {
    const Rectangle before = panel_->chooser().box();
    Rectangle box = before;
    box.x += x;
    box.y += y;
    panel_->chooser().set_box(box);
    const Rectangle now = panel_->chooser().box();
    if (now.x != before.x || now.y != before.y) {
      show_before();
      request_soon();
    }
    return std::pair(now.x - before.x, now.y - before.y);
  };
  events.resized = [this] { resized(); };
  events.button = [this] { button_clicked(); };
  events.source = [this](std::size_t source) { show_source(source); };
  panel_ = std::make_unique<PreviewPanel>(std::move(events));
  std::vector<std::string> names;
  for (const Source& one : host_.sources()) names.push_back(one.layer_name);
  panel_->set_sources(names);
}

Preview::~Preview() = default;

const Source& Preview::source() const { return host_.sources().at(source_); }

Rectangle Preview::whole() const { return {0, 0, int(source().width), int(source().height)}; }

bool Preview::follows_by_itself() const {
  return account_ && account_->capabilities.free_of_charge && account_->capabilities.has_crop;
}

bool Preview::crop_is_cheaper() const {
  const Rectangle box = panel_->chooser().box();
  const auto price = [&](int width, int height) {
    return offline_price(account_->address.kind, std::uint32_t(width), std::uint32_t(height),
                         settings_)
        .amount;
  };
  return price(box.width, box.height) < price(whole().width, whole().height);
}

const Preview::Kept* Preview::kept() const {
  const Rectangle box = panel_->chooser().box();
  const auto fits = [&](const Kept& kept) {
    const Rectangle& covers = kept.covers;
    return kept.source == source_ && kept.of_original == originals_ &&
           kept.settings == essence(settings_) && covers.x <= box.x && covers.y <= box.y &&
           covers.x + covers.width >= box.x + box.width &&
           covers.y + covers.height >= box.y + box.height;
  };
  const auto found = std::ranges::find_if(kept_, fits);
  return found == kept_.end() ? nullptr : &*found;
}

void Preview::start() {
  if (std::exchange(started_, true) || host_.sources().empty()) return;
  show_source(source_);
}

void Preview::show_source(std::size_t source_index) {
  source_ = source_index;
  if (!started_) return;
  // The service knows another picture.
  source_id_.clear();
  upload_.reset();
  stop();
  const auto thumbnail = host_.thumbnail(source_, thumbnail_side);
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
  if (paused_) return;
  stop();
  panel_->view().clear_after();
  if (!account_) {
    panel_->set_button("");
    panel_->set_state(problem);
    return;
  }
  panel_->set_state("");
  request_soon();
}

void Preview::set_originals(bool originals) {
  if (std::exchange(originals_, originals) != originals) show_source(source_);
}

void Preview::stop() {
  rest_.stop();
  exporting_.stop();
  export_.reset();
  job_.cancel();
  again_ = false;
}

void Preview::pause() {
  paused_ = true;
  if (paying_) return;
  stop();
  panel_->set_button("");
  panel_->set_state("");
}

void Preview::resume() {
  paused_ = false;
  set_account(account_);
}

bool Preview::is_whole(const Kept& kept, std::size_t source, const Settings& settings) const {
  const Source& about = host_.sources().at(source);
  return kept.source == source && kept.of_original == originals_ &&
         kept.settings == essence(settings) && kept.covers.width == int(about.width) &&
         kept.covers.height == int(about.height);
}

bool Preview::has(std::size_t source, const Settings& settings) const {
  return std::ranges::any_of(kept_,
                             [&](const Kept& kept) { return is_whole(kept, source, settings); });
}

std::optional<JobResult> Preview::take(std::size_t source, const Settings& settings) {
  const auto found = std::ranges::find_if(
      kept_, [&](const Kept& kept) { return is_whole(kept, source, settings); });
  if (found == kept_.end()) return {};
  JobResult result = std::move(found->result);
  kept_.erase(found);
  return result;
}

void Preview::resized() {
  if (!placed_) return;
  const CompareView& view = panel_->view();
  const double part = std::max(1.0, view.zoom());
  const Rectangle old = panel_->chooser().box();
  Rectangle box = old;
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
  const auto pixels = host_.region(source_, panel_->chooser().box());
  if (!pixels) return show_error(pixels.error());
  panel_->view().set_before(*pixels);
  show_kept();
}

void Preview::show_kept() {
  const Kept* found = kept();
  if (!found) return panel_->view().clear_after();
  const auto pixels =
      host_.result_region(source_, found->result, found->covers, panel_->chooser().box());
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

}  // namespace sharpen

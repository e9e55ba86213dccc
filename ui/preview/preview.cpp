#include "ui/preview/preview.h"

#include <algorithm>
#include <cmath>

#include "base/i18n.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

constexpr unsigned rest_milliseconds = 25;
constexpr double loaded_pixels = 65'536;               ///< of the original at once
constexpr double read_pixels = 200'000;                ///< of an answer at once
constexpr int least_measured = 384;                    ///< pixels a side, if there are as many
constexpr double most_kept_of_one = 64e6;              ///< pixels; of larger ones what is seen
constexpr std::size_t most_bytes = 512 * 1024 * 1024;  ///< of sharpened pixels

std::string service_name(const Account& account) {
  // The service on this computer has another port each time.
  return account.address.kind == ServiceKind::this_computer ? "" : account.address.base_url;
}

}  // namespace

Preview::Preview(Host& host, Home home, std::function<void()> changed, Found found)
    : host_(host), home_(std::move(home)), changed_(std::move(changed)), found_(std::move(found)) {
  PreviewPanel::Events events;
  events.box_moved = [this] { panel_->view().centre_on(panel_->chooser().box()); };
  events.moved = [this] {
    all_ = held_ = false;
    told_.reset();
    follow_view();
  };
  events.resized = [this] { follow_view(); };
  events.button = [this] { button_clicked(); };
  events.stop = [this] { stop_clicked(); };
  events.source = [this](std::size_t source) { show_source(source); };
  panel_ = std::make_unique<PreviewPanel>(std::move(events));
  std::vector<std::string> names;
  for (const Source& one : host_.sources()) names.push_back(one.layer_name);
  panel_->set_sources(names);
}

Preview::~Preview() = default;

const Source& Preview::source() const { return host_.sources().at(source_); }

Rectangle Preview::whole() const { return {0, 0, int(source().width), int(source().height)}; }

Rectangle Preview::part_to_measure() const {
  const Rectangle seen = panel_->view().visible();
  if (seen.width <= 0 || seen.height <= 0) return whole();
  const auto widened = [](int start, int length, int most) {
    const int wanted = std::min(std::max(length, least_measured), most);
    return std::pair(std::clamp(start - (wanted - length) / 2, 0, most - wanted), wanted);
  };
  const auto [x, width] = widened(seen.x, seen.width, whole().width);
  const auto [y, height] = widened(seen.y, seen.height, whole().height);
  return {x, y, width, height};
}

void Preview::choose(const ViewChoice& choice) {
  first_zoom_ = choice.zoom;
  panel_->choose(choice);
}

bool Preview::of_original(std::size_t source) const {
  return originals_ && host_.sources().at(source).can_redo;
}

bool Preview::follows_by_itself() const {
  return account_ && account_->capabilities.free_of_charge && account_->capabilities.has_crop;
}

const Preview::Kept* Preview::kept() const {
  const Rectangle box = panel_->view().visible();
  const auto fits = [&](const Kept& kept) {
    const Rectangle& covers = kept.covers;
    return kept.source == source_ && kept.of_original == of_original(source_) &&
           kept.settings == essence(settings_) && covers.x <= box.x && covers.y <= box.y &&
           covers.x + covers.width >= box.x + box.width &&
           covers.y + covers.height >= box.y + box.height;
  };
  const auto found = std::ranges::find_if(kept_, fits);
  return found == kept_.end() ? nullptr : &*found;
}

Preview::SharpenedRef Preview::sharpened() {
  const Settings wanted = essence(settings_);
  const std::string service = service_name(*account_);
  const auto found = std::ranges::find_if(sharpened_, [&](const SharpenedRef& one) {
    return one->source == source_ && one->of_original == of_original(source_) &&
           one->settings == wanted && one->service == service;
  });
  if (found == sharpened_.end()) {
    sharpened_.push_back(std::make_shared<Sharpened>(source_, of_original(source_), wanted, service,
                                                     PictureTiles(whole().width, whole().height),
                                                     ""));
  } else {
    std::rotate(found, found + 1, sharpened_.end());
  }
  return sharpened_.back();
}

void Preview::forget_old_ones() {
  std::size_t bytes = 0;
  for (const SharpenedRef& one : sharpened_) bytes += one->tiles.bytes();
  while (bytes > most_bytes && sharpened_.size() > 1) {
    bytes -= sharpened_.front()->tiles.bytes();
    sharpened_.erase(sharpened_.begin());
  }
  if (!sharpened_.empty()) {
    sharpened_.back()->tiles.keep_near(panel_->view().visible(), most_bytes);
  }
}

void Preview::start() {
  if (std::exchange(started_, true) || host_.sources().empty()) return;
  show_source(source_);
}

void Preview::show_source(std::size_t source_index) {
  source_ = source_index;
  told_.reset();
  if (!started_) return;
  // The service knows another picture.
  source_id_.clear();
  upload_.reset();
  stop();
  const auto small = host_.thumbnail(source_, PictureTiles::small_side);
  if (!small) return show_error(small.error());
  const bool first = !std::exchange(placed_, true);
  CompareView& view = panel_->view();
  auto before = std::make_unique<PictureTiles>(whole().width, whole().height);
  before->put_small(*small);
  // Opened on a result, it may be that or its original.
  view.set_before(before.get(), source().earlier ? source().layer_name : "");
  shown_ = under_ = nullptr;
  before_ = std::move(before);
  panel_->chooser().set_picture(*small, whole().width, whole().height);
  if (first) view.set_zoom(first_zoom_);
  view.centre_on(most_detailed_box(*small, whole().width, whole().height, view.visible_width(),
                                   view.visible_height()));
  panel_->follow_view();
  show_after();
  request_soon(0);
}

void Preview::follow_view() {
  if (!placed_) return;
  loading_ = EventSource::idle([this] { return load_before(); });
  request_soon(rest_milliseconds);
}

bool Preview::load_before() {
  CompareView& view = panel_->view();
  const Rectangle seen = view.visible();
  if (!before_->needs_tiles(view.zoom())) return false;
  const auto missing = before_->missing(on_grid(seen, whole()));
  if (missing.empty()) return false;
  const Rectangle part = piece_near(missing, seen, loaded_pixels);
  const auto pixels = host_.region(source_, part);
  if (!pixels) return show_error(pixels.error()), false;
  const bool goes_on = before_->put_near(part.x, part.y, *pixels, seen, most_bytes);
  view.redraw();
  return goes_on;
}

void Preview::show_after() {
  if (!placed_ || !account_) return panel_->view().set_after(nullptr);
  const SharpenedRef now = sharpened();
  // Until something is there of the new settings, that of the old ones stays, if it comes by
  // itself.
  const bool comes = follows_by_itself();
  if (comes && shown_ && shown_ != now && !now->tiles.knows_some(panel_->view().visible())) return;
  if (shown_ != now) under_ = comes ? shown_ : nullptr;
  if (now->tiles.knows(panel_->view().visible())) under_.reset();
  shown_ = now;
  panel_->view().set_after(&shown_->tiles, under_ ? &under_->tiles : nullptr);
}

void Preview::set_settings(const Settings& settings) {
  if (settings == settings_) return;
  settings_ = settings;
  all_ = held_ = false;
  told_.reset();
  show_after();
  request_soon(rest_milliseconds);
}

void Preview::set_account(std::optional<Account> account, const std::string& problem) {
  account_ = std::move(account);
  // Another service does not know the picture.
  source_id_.clear();
  if (paused_) return;
  stop();
  panel_->view().set_after(nullptr);
  shown_ = under_ = nullptr;
  if (!account_) {
    panel_->set_button("");
    panel_->set_state(problem);
    return;
  }
  panel_->set_state("");
  show_after();
  request_soon(0);
}

void Preview::set_originals(bool originals) {
  if (std::exchange(originals_, originals) != originals) show_source(source_);
}

void Preview::stop() {
  rest_.stop();
  waiting_.stop();
  exporting_.stop();
  export_.reset();
  job_.cancel();
  job_into_.reset();
  reading_.stop();
  panel_->hide_progress();
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
  return kept.source == source && kept.of_original == of_original(source) &&
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

void Preview::read_answer(const SharpenedRef& into, const JobResult& result, Rectangle covers) {
  auto answer = host_.open_answer(into->source, result);
  if (!answer) return show_error(answer.error());
  const Rectangle only = pixels_of(covers) <= most_kept_of_one ? covers : panel_->view().visible();
  const int rows = std::max(1, int(read_pixels / std::max(1, covers.width)));
  reading_ = EventSource::idle([this, into, covers, only, rows, y = 0,
                                answer = std::shared_ptr<Answer>(*std::move(answer))]() mutable {
    const auto part = answer->next(rows);
    if (!part) return show_error(part.error()), false;
    if (part->height == 0) return forget_old_ones(), false;
    into->tiles.put(covers.x, covers.y + y, *part, only);
    y += part->height;
    show_after();
    panel_->view().redraw();
    return true;
  });
}

void Preview::request_soon(unsigned milliseconds) {
  if (!placed_ || !account_ || paying_ || paused_ || held_) return;
  rest_ = EventSource::timeout(milliseconds, [this] { return run(), false; });
}

void Preview::run() {
  if (const auto checked = check(settings_); !checked) return show_error(checked.error());
  show_after();
  if (follows_by_itself()) {
    to_do_ = 0;
    return run_free();
  }
  const SharpenedRef now = sharpened();
  const Kept* found = kept();
  if (found && !now->tiles.knows(panel_->view().visible()) && !reading_.active()) {
    read_answer(now, found->result, found->covers);
  }
  show_offer();
}

void Preview::show_error(const Error& error) {
  panel_->hide_progress();
  panel_->set_state(error.text(), true);
}

}  // namespace sharpen

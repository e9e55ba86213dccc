#include "service/engine/recent.h"

#include <algorithm>
#include <utility>

namespace sharpen::engine {
namespace {

constexpr std::size_t kMostPictures = 2;
constexpr std::size_t kMostTileBytes = std::size_t{128} << 20;  ///< of one picture

}  // namespace

Recent::Picture::Picture(PixelStore decoded) : pixels(std::move(decoded)), known(kMostTileBytes) {}

Result<Recent::Turn> Recent::take(const std::filesystem::path& file, const std::stop_token& stop,
                                  const Read& read) {
  std::unique_lock lock(mutex_);
  auto found = std::ranges::find(slots_, file, [](const auto& slot) { return slot->file; });
  if (found == slots_.end()) {
    slots_.push_back(std::make_shared<Slot>(file));
    // Whoever works on the one that is forgotten still has it.
    if (slots_.size() > kMostPictures) slots_.erase(slots_.begin());
  } else {
    std::rotate(found, found + 1, slots_.end());
  }
  const auto slot = slots_.back();
  if (!given_back_.wait(lock, stop, [&] { return !slot->taken; }))
    return fail(ErrorKind::cancelled, "The job was cancelled.");
  slot->taken = true;
  lock.unlock();
  Turn turn(*this, slot);
  if (slot->picture) return turn;
  auto pixels = read();
  if (!pixels) return fail(std::move(pixels));
  slot->picture = std::make_unique<Picture>(std::move(*pixels));
  return turn;
}

void Recent::give_back(Slot& slot) {
  {
    const std::lock_guard lock(mutex_);
    slot.taken = false;
    slot.used = Clock::now();
  }
  given_back_.notify_all();
}

void Recent::forget_unused(Clock::time_point since) {
  const std::lock_guard lock(mutex_);
  std::erase_if(slots_, [&](const auto& slot) {
    std::error_code error;
    const bool unused = slot->used < since || !std::filesystem::exists(slot->file, error);
    return !slot->taken && unused;
  });
}

}  // namespace sharpen::engine

#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "base/error.h"
#include "service/engine/decode/pixel_store.h"
#include "service/engine/known.h"

namespace sharpen::engine {

/// The pictures that were looked at last, decoded, and what is known of them: the next preview of
/// one begins where the last one ended. For several threads.
class Recent {
 public:
  struct Picture {
    explicit Picture(PixelStore decoded);
    PixelStore pixels;
    Known known;
  };

 private:
  struct Slot {
    std::filesystem::path file;
    std::unique_ptr<Picture> picture;
    bool taken = false;
    std::chrono::steady_clock::time_point used = {};
  };

 public:
  /// A picture that nobody else works on meanwhile.
  class Turn {
   public:
    Turn(Recent& owner, std::shared_ptr<Slot> slot) : owner_(&owner), slot_(std::move(slot)) {}
    Turn(Turn&&) = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (slot_) owner_->give_back(*slot_);
    }
    [[nodiscard]] Picture& operator*() const { return *slot_->picture; }

   private:
    Recent* owner_;
    std::shared_ptr<Slot> slot_;
  };

  using Read = std::function<Result<PixelStore>()>;
  /// The picture in a file, from `read` if it is not here. Waits for its turn. Errors: cancelled;
  /// those of `read`.
  [[nodiscard]] Result<Turn> take(const std::filesystem::path& file, const std::stop_token& stop,
                                  const Read& read);
  using Clock = std::chrono::steady_clock;
  /// Forgets the pictures that nobody asked for since then, and those whose files are gone.
  void forget_unused(Clock::time_point since);

 private:
  void give_back(Slot& slot);

  std::vector<std::shared_ptr<Slot>> slots_;  ///< the newest last
  std::mutex mutex_;
  std::condition_variable_any given_back_;
};

}  // namespace sharpen::engine

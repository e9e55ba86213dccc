#include "service/jobs/admission.h"

#include <utility>

namespace sharpen::server {
namespace {

constexpr std::int64_t key_pause = 10;  ///< seconds

/// Whether `more` would go beyond a limit; 0 is none.
bool over(std::uint64_t limit, std::int64_t now, std::int64_t more) {
  return limit > 0 && static_cast<std::uint64_t>(now + more) > limit;
}

}  // namespace

class Admission::Counted final : public Place {
 public:
  Counted(std::shared_ptr<Counts> counts, std::string owner, std::int64_t bytes)
      : counts_(std::move(counts)), owner_(std::move(owner)), bytes_(bytes) {
    count(1, bytes_);
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() override { Counted::leave(); }
  void leave() override {
    if (!std::exchange(left_, true)) count(-1, -bytes_);
  }

 private:
  void count(std::int64_t jobs, std::int64_t bytes) {
    for (Usage* usage : {&counts_->incoming[owner_], &counts_->all}) {
      usage->unfinished += jobs;
      usage->bytes += bytes;
    }
  }
  std::shared_ptr<Counts> counts_;
  std::string owner_;
  std::int64_t bytes_;
  bool left_ = false;
};

Checked<std::shared_ptr<Place>> Admission::enter(const std::string& owner,
                                                 std::optional<std::uint64_t> length,
                                                 std::int64_t seconds) {
  const auto of_key = store_.usage(owner);
  if (!of_key) return std::unexpected(of_key.error());
  const auto of_all = store_.usage_of_all();
  if (!of_all) return std::unexpected(of_all.error());
  const auto bytes = static_cast<std::int64_t>(length.value_or(0));
  const Usage& incoming = counts_->incoming[owner];

  if (over(options_.max_jobs, of_all->unfinished + counts_->all.unfinished, 1))
    return std::unexpected(busy_answer(429, seconds, "The queue is full. Try again later."));
  if (over(options_.max_jobs_per_key, of_key->unfinished + incoming.unfinished, 1))
    return std::unexpected(
        busy_answer(429, seconds, "This key has too many unfinished jobs. Try again later."));
  if (over(options_.max_bytes_per_key, of_key->bytes + incoming.bytes, bytes))
    return std::unexpected(busy_answer(
        429, key_pause, "This key has too many pictures here. Delete some, or try again later."));
  const std::uint64_t free = store_.pictures().free_bytes();
  const auto needed = static_cast<std::uint64_t>(counts_->all.bytes + bytes);
  if (over(options_.max_disk, of_all->bytes + counts_->all.bytes, bytes) ||
      free < options_.keep_free + needed)
    return std::unexpected(disk_full_answer("The disk of this service is full. Try again later."));
  return std::make_shared<Counted>(counts_, owner, bytes);
}

}  // namespace sharpen::server

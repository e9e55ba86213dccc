#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "service/store/fair_queue.h"
#include "service/store/job_store.h"
#include "service/store/journal.h"

namespace sharpen::server {

/// The store of one process: everything is in memory, and in the journal of the state folder.
class LocalStore final : public JobStore {
 public:
  /// Locks the folder against a second process and restores what an earlier one left: what was
  /// queued or half done is queued again, unless nobody waits for it or it was tried too often.
  /// Charges are kept with `has_account` only. Errors: io, conflict.
  [[nodiscard]] static Result<std::unique_ptr<LocalStore>> open(const std::filesystem::path& folder,
                                                                bool has_account, std::int64_t now);

  ~LocalStore() override { *alive_ = false; }

  [[nodiscard]] Checked<JobRef> find(const std::string& id) override;
  [[nodiscard]] Checked<SourceRef> find_source(const std::string& id) override;
  [[nodiscard]] Checked<std::vector<JobRef>> list(const std::string& owner) override;
  [[nodiscard]] Checked<Usage> usage(const std::string& owner) override;
  [[nodiscard]] Checked<Usage> usage_of_all() override { return all_; }
  [[nodiscard]] Checked<Credits> credits() override { return credits_; }
  [[nodiscard]] Checked<std::vector<Charge>> charges() override;
  void submit(Job job, const SourcePicture& source, OnSaved on_saved) override;
  [[nodiscard]] JobRef claim() override;
  void start(const std::string& id, std::int64_t now) override;
  void give_back(const std::string& id) override;
  [[nodiscard]] bool keep(const std::string&, double) override { return true; }
  [[nodiscard]] Checked<bool> end(const Job& ended) override;
  [[nodiscard]] Checked<void> remove(const Job& job, std::int64_t now) override;
  void expire(std::int64_t now, std::int64_t keep, std::int64_t keep_orphan) override;
  [[nodiscard]] Checked<void> check() override;
  [[nodiscard]] bool shared() const override { return false; }
  [[nodiscard]] std::string link_secret() const override { return link_secret_; }
  [[nodiscard]] const PictureFolder& pictures() const override { return pictures_; }

 private:
  struct Source {
    std::shared_ptr<SourcePicture> picture;
    int jobs = 0;  ///< that were made of it and are not removed
  };
  LocalStore(PictureFolder pictures, UniqueFd lock, bool has_account,
             std::unique_ptr<Journal> journal);
  Result<void> restore(std::int64_t now);
  void take_up(Job job, std::int64_t now);
  std::shared_ptr<Job> add(Job job);
  void add(const SourcePicture& source);
  void forget(const Job& job);
  void forget(const SourcePicture& source);
  /// Counts something for its owner and for all.
  void count(const std::string& owner, std::int64_t unfinished, std::int64_t bytes);
  void charge(const Job& job, std::vector<Change>& changes);
  void set_orphaned(SourcePicture& source, std::int64_t since, std::vector<Change>& changes);

  PictureFolder pictures_;
  UniqueFd lock_;
  bool has_account_;
  std::string link_secret_;  ///< lives and dies with this process
  std::map<std::string, std::shared_ptr<Job>> jobs_;
  std::map<std::int64_t, std::shared_ptr<Job>> by_sequence_;
  std::map<std::string, Source> sources_;
  std::map<std::string, Charge> charges_;
  std::int64_t forgotten_credits_ = 0;  ///< of charges that are no longer kept
  Credits credits_;
  std::map<std::string, Usage> usage_;  ///< by key
  Usage all_;
  FairQueue queue_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unique_ptr<Journal> journal_;  ///< last: it ends when all is written
};

}  // namespace sharpen::server

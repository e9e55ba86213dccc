#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ui/dialog.h"
#include "ui/run/background.h"
#include "ui/run/loop.h"
#include "ui/run/waiting_job.h"
#include "ui/widgets/job_list.h"

namespace sharpen {

/// Fetches, cancels and forgets unfinished jobs, and shows how that goes in a JobList.
class Recovery {
 public:
  /// `changed` is called when the list has changed.
  Recovery(RecoverHost& host, Home home, std::function<void()> changed);

  [[nodiscard]] JobList& list() { return list_; }
  [[nodiscard]] const std::vector<JournalEntry>& jobs() const { return jobs_; }
  /// What the user has to know about the journal itself; mostly empty.
  [[nodiscard]] const std::string& notice() const { return notice_; }
  void reload();
  /// Waits for what is under way, since a fetch that is broken off would stop a paid job; GIMP and
  /// our windows stay alive. Returns what came of it, empty if there was nothing to wait for.
  [[nodiscard]] std::string finish();

 private:
  void fetch(std::int64_t id);
  /// Begins with the first of `to_fetch_`, if nothing is under way.
  void fetch_next();
  void place(const JournalEntry& job, Result<JobResult> result);
  void cancel(std::int64_t id);
  void forget(std::int64_t id);
  void end(std::int64_t id, const std::string& text, bool is_problem);
  void take(Result<WaitingJobs> waiting);
  [[nodiscard]] bool may_forget(const JournalEntry& job);
  [[nodiscard]] const JournalEntry* find(std::int64_t id) const;

  RecoverHost& host_;
  Home home_;
  std::function<void()> changed_;
  JobList list_;
  std::vector<JournalEntry> jobs_, placed_;
  std::vector<std::int64_t> to_fetch_;  ///< after the one under way
  struct Told {
    std::string text;
    bool is_problem = false;
  };
  std::map<std::int64_t, Told> told_;  ///< the last of each row
  std::string notice_, said_;
  bool busy_ = false;  ///< from a click until the list is read again
  std::optional<Loop> waiting_;
  /// Tells late news from a worker's thread whether there still is a list.
  std::shared_ptr<const char> alive_ = std::make_shared<const char>();
  EventSource asking_;
  Background work_;
};

/// Runs a GtkDialog with the list in it until it is closed.
void show_recovery(GtkWidget* dialog, Recovery& recovery);

}  // namespace sharpen

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ui/background.h"
#include "ui/dialog.h"
#include "ui/job_list.h"

namespace sharpen {

/// Fetches, cancels and forgets unfinished jobs, and shows how that goes in a JobList.
class Recovery {
 public:
  /// `changed` is called when the list has changed.
  Recovery(RecoverHost& host, Home home, std::function<void()> changed);

  [[nodiscard]] JobList& list() { return list_; }
  [[nodiscard]] const std::vector<JournalEntry>& jobs() const { return jobs_; }
  void reload();

 private:
  void fetch(std::int64_t id);
  void place(const JournalEntry& job, Result<JobResult> result);
  void give_back(std::int64_t id);
  void cancel(std::int64_t id);
  void forget(std::int64_t id);
  [[nodiscard]] const JournalEntry* find(std::int64_t id) const;

  RecoverHost& host_;
  Home home_;
  std::function<void()> changed_;
  JobList list_;
  std::vector<JournalEntry> jobs_;
  Background work_;
};

/// Runs a GtkDialog with the list in it until it is closed.
void show_recovery(GtkWidget* dialog, Recovery& recovery);

}  // namespace sharpen

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "client/journal/journal.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// The unfinished jobs, one row each, with Fetch / Cancel / Forget. Plain GTK.
class JobList {
 public:
  struct Actions {
    std::function<void(std::int64_t id)> fetch, cancel, forget;
    std::function<void()> fetch_all;
  };
  explicit JobList(Actions actions);

  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }

  /// `running` are only named: their own windows have their buttons. `placed` are shown apart, the
  /// newest ones: their results are in an image that may be lost.
  void set_jobs(const std::vector<JournalEntry>& jobs, const std::vector<JournalEntry>& running,
                const std::vector<JournalEntry>& placed);
  /// What a job's row says about it now; while `busy` its buttons rest. False if there is no row.
  bool set_state(std::int64_t id, const std::string& text, bool busy, bool is_problem = false);
  /// A sentence above the list: what became of a job that is not in it any more.
  void say(const std::string& text, bool is_problem = false);
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

 private:
  struct Row {
    std::int64_t id;
    GtkWidget *state, *buttons;
  };
  void add_row(GtkWidget* list, const JournalEntry& job, bool is_running = false);

  Actions actions_;
  Ref<GtkWidget> box_;
  GtkWidget *said_, *fetch_all_, *list_, *placed_title_, *placed_, *empty_;
  std::vector<Row> rows_;
  Connections connections_, row_connections_;
};

/// "Lens Blur V2, today 18:02".
[[nodiscard]] std::string job_title(const JournalEntry& job);
/// Whether the service has the finished picture ready, or still works (as far as was known).
[[nodiscard]] std::string job_state(const JournalEntry& job);

}  // namespace sharpen

#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/glib_source.h"
#include "client/jobs/job.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// The second page: stage, bar with the true fraction, elapsed and remaining time for each picture.
class ProgressPage {
 public:
  /// An empty `background` leaves out "Continue in the background".
  ProgressPage(std::function<void()> cancel, std::function<void()> background);

  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }
  [[nodiscard]] GtkWidget* cancel_button() const { return cancel_; }

  /// Starts anew, with one row for each picture. `what` says what is done where ("Lens Blur V2 on
  /// Topaz Labs"), `cost` what it costs; both may be empty.
  void begin(const std::vector<std::string>& pictures, const std::string& what,
             const std::string& cost);
  void set_facts(const std::string& what, const std::string& cost);
  void update(std::size_t picture, const JobProgress& progress);
  void set_done(std::size_t picture);
  /// The user asked to cancel: the service is being told.
  void set_cancelling();
  /// Stops the clock.
  void end() { clock_.stop(); }

 private:
  struct Row {
    GtkWidget *stage, *bar, *remaining;
    bool pulsing = true;
    gint64 ends_at = 0;  ///< monotonic microseconds; 0 = unknown
  };
  void add_row(const std::string& picture, bool only_one);
  void tick();

  Ref<GtkWidget> box_;
  GtkWidget *title_, *what_, *rows_box_, *elapsed_, *cost_, *cancel_;
  std::vector<Row> rows_;
  gint64 began_ = 0;
  EventSource clock_;
  Connections connections_;
};

}  // namespace sharpen

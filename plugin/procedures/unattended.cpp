#include "plugin/procedures/unattended.h"

#include <libgimp/gimp.h>

#include <algorithm>
#include <numeric>

#include "base/glib_ref.h"
#include "base/glib_source.h"
#include "base/i18n.h"
#include "client/jobs/sweep.h"
#include "ui/run/work.h"

namespace sharpen {
namespace {

/// GIMP's progress bar for several jobs at once.
class Progress {
 public:
  explicit Progress(std::size_t tasks) : fractions_(tasks) { gimp_progress_init(_("Sharpening")); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { gimp_progress_end(); }

  void update(std::size_t task, const JobProgress& progress) {
    fractions_.at(task) = std::max(fractions_.at(task), progress.fraction.value_or(0));
    if (progress.stage != stage_) {
      stage_ = progress.stage;
      gimp_progress_set_text(_(title_of(progress.stage)));
    }
    const double all = std::accumulate(fractions_.begin(), fractions_.end(), 0.0) /
                       static_cast<double>(fractions_.size());
    if (all < shown_ + smallest_step) return;
    shown_ = all;
    gimp_progress_update(all);
  }

 private:
  static constexpr double smallest_step = 0.01;  ///< each update is a message to GIMP
  std::vector<double> fractions_;
  std::optional<Stage> stage_;
  double shown_ = 0;
};

}  // namespace

Result<std::vector<std::string>> run_unattended(const Settings& settings, Host& host,
                                                const Home& home, Host::PlaceOptions options) {
  options.unattended = true;
  sweep(home);
  std::vector<Task> tasks;
  for (std::size_t source = 0; source < host.sources().size(); ++source)
    tasks.push_back({source, settings, {}});

  const auto loop = Ref<GMainLoop>::adopt(g_main_loop_new(nullptr, FALSE));
  Result<std::vector<std::string>> outcome;
  Progress progress(tasks.size());
  Work::Events events;
  events.progress = [&](std::size_t task, const JobProgress& now) { progress.update(task, now); };
  events.task_done = [](std::size_t) {};
  events.finished = [&](Result<std::vector<std::string>> finished) {
    outcome = std::move(finished);
    g_main_loop_quit(loop.get());
  };
  Work work(host, home, std::move(tasks), options, std::move(events));
  work.start();
  g_main_loop_run(loop.get());
  if (outcome) {
    outcome->insert(outcome->end(), work.findings().begin(), work.findings().end());
    if (auto told = withdrawal_of(settings); !told.empty()) outcome->push_back(std::move(told));
  }
  if (outcome || !work.has_results()) return outcome;

  if (const auto placed = work.place_what_came(); !placed) return std::unexpected(placed.error());
  Error problem = outcome.error();
  problem.message += std::string(" ") + _("The other layers were sharpened.");
  problem.hint += std::string(problem.hint.empty() ? "" : " ") +
                  _("The same run on the same layers does not pay for those again.");
  return std::unexpected(std::move(problem));
}

}  // namespace sharpen

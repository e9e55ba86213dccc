#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ui/host.h"
#include "ui/preview/preview_panel.h"
#include "ui/preview/time_left.h"
#include "ui/run/account.h"
#include "ui/run/choice.h"
#include "ui/run/loop.h"

namespace sharpen {

/// Fills the preview panel: what is seen of a source, sharpened by the real service with the real
/// settings. Where that costs nothing it follows the controls by itself: the picture is sent once,
/// later runs name it and a crop. Where it costs it is a button. What was sharpened once is kept,
/// so that only what is new is computed or paid for.
class Preview {
 public:
  /// What the service said of the picture, sharpened with these settings.
  using Found = std::function<void(const Settings&, const JobResult&)>;
  /// `changed` is called when a paid preview begins or ends.
  Preview(Host& host, Home home, std::function<void()> changed, Found found);
  ~Preview();

  [[nodiscard]] GtkWidget* widget() const { return panel_->widget(); }
  /// How the user compares, to be remembered; choose() is for before start().
  [[nodiscard]] ViewChoice choice() const { return panel_->choice(); }
  void choose(const ViewChoice& choice);

  /// Reads the thumbnail and finds the most detailed place; for after the first frame.
  void start();
  void set_settings(const Settings& settings);
  /// Empty while the service is looked for; `reason` says why there is none.
  void set_account(std::optional<Account> account, const std::string& problem = {});
  /// Whether the sources are earlier results or their originals: see Host::work_on_originals().
  void set_originals(bool originals);
  /// Stops free previews and offers none, until resume().
  void pause();
  void resume();

  [[nodiscard]] std::size_t source_shown() const { return source_; }
  /// What of it is visible, and around that what a measurement needs.
  [[nodiscard]] Rectangle part_to_measure() const;
  /// A paid preview runs: its settings must stay, and the same must not be paid for elsewhere.
  [[nodiscard]] bool is_paying() const { return paying_; }
  /// Whether the whole source with these settings was paid for here already, and its result.
  [[nodiscard]] bool has(std::size_t source, const Settings& settings) const;
  [[nodiscard]] std::optional<JobResult> take(std::size_t source, const Settings& settings);

  /// For the end: stops a paid preview and waits for the answer, a sentence that says whether it
  /// is charged (else empty). Paid parts were seen and are forgotten; whole layers are still
  /// offered as unfinished jobs.
  [[nodiscard]] std::string finish();

 private:
  /// A result that was paid for.
  struct Kept {
    std::size_t source;
    bool of_original;
    Settings settings;
    JobResult result;
    Rectangle covers;
  };
  /// What is sharpened of a source with some settings by some service.
  struct Sharpened {
    std::size_t source;
    bool of_original;
    Settings settings;
    std::string service;
    PictureTiles tiles;
    std::string finding;
  };
  using SharpenedRef = std::shared_ptr<Sharpened>;
  using Tell = std::function<void(const JobProgress&)>;
  [[nodiscard]] const Source& source() const;
  [[nodiscard]] Rectangle whole() const;
  /// Whether a source is the original of the result that was chosen.
  [[nodiscard]] bool of_original(std::size_t source) const;
  [[nodiscard]] bool follows_by_itself() const;
  [[nodiscard]] const Kept* kept() const;
  [[nodiscard]] bool is_whole(const Kept& kept, std::size_t source, const Settings& settings) const;
  [[nodiscard]] JobRequest request() const;
  /// That of the present settings; needs an account.
  [[nodiscard]] SharpenedRef sharpened();
  void forget_old_ones();

  void show_source(std::size_t source);
  void stop();
  void follow_view();
  [[nodiscard]] bool load_before();
  void show_after();
  void read_answer(const SharpenedRef& into, const JobResult& result, Rectangle covers);
  void request_soon(unsigned milliseconds);
  void run();
  void start_job(const JobRequest& wanted, Tell tell, std::function<void(Result<JobResult>)> done);
  void begin_export(std::optional<Rectangle> box);
  void step_export();
  void export_failed(const Error& error);
  void button_clicked();
  void stop_clicked();
  void show_error(const Error& error);

  void run_free();
  void start_free(const SharpenedRef& into, Rectangle box);
  void free_done(Result<JobResult> result, const SharpenedRef& into, Rectangle box);
  [[nodiscard]] Result<void> read_now(const SharpenedRef& into, const JobResult& result,
                                      Rectangle box);
  void follow_progress(double job_fraction);
  /// No more of the new settings comes: nothing of the old ones is shown beside it.
  void show_one_result();
  void offer_to_go_on(const std::string& why);

  [[nodiscard]] Rectangle paid_box();
  [[nodiscard]] bool part_is_cheaper();
  void cancel_paid();
  void set_paying(bool paying);
  void run_paid();
  void paid_done(Result<JobResult> result, const Settings& settings, Rectangle covers);
  void show_offer();
  void tell_paid(const JobProgress& progress);

  Host& host_;
  Home home_;
  std::unique_ptr<PreviewPanel> panel_;
  Settings settings_;
  std::optional<Account> account_;
  std::function<void()> changed_;
  Found found_;
  std::size_t source_ = 0;  ///< which one is shown
  double first_zoom_ = 1;
  bool originals_ = false;
  bool started_ = false, placed_ = false, paying_ = false, paused_ = false;
  std::optional<Error> told_;  ///< of the last paid preview, until the user goes on
  bool cancelling_ = false;    ///< a paid preview
  bool all_ = false;           ///< the user wants what is seen, however much that is
  bool held_ = false;          ///< the user stopped it

  std::unique_ptr<PictureTiles> before_;
  std::vector<SharpenedRef> sharpened_;  ///< the newest last
  SharpenedRef shown_, under_;           ///< and what is seen where that is not known yet
  std::unique_ptr<Export> export_;
  std::optional<Rectangle> export_box_;  ///< of the running export; empty for the whole source
  std::optional<Upload> upload_;         ///< exported, not yet sent
  std::optional<LayerOrigin> origin_;
  std::string source_id_;  ///< the picture as the service knows it
  std::vector<Kept> kept_;

  SharpenedRef job_into_;  ///< of the running free job, and its part
  Rectangle job_box_;
  double job_fraction_ = 0;
  double to_do_ = 0, began_ = 0;  ///< pixels and time of what is seen, for its progress
  double part_ = 0;               ///< pixels of the next part, at most
  TimeLeft time_left_;
  /// Tells late news from a worker's thread whether there still is a panel.
  std::shared_ptr<const char> alive_ = std::make_shared<const char>();
  std::optional<Loop> ending_;
  Background job_, cleaning_;
  EventSource rest_, waiting_, exporting_, loading_, reading_;
};

}  // namespace sharpen

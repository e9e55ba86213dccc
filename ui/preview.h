#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ui/account.h"
#include "ui/host.h"
#include "ui/preview_panel.h"

namespace sharpen {

/// Fills the preview panel: a crop of the first source at 100 %, sharpened by the real service with
/// the real settings. Where that costs nothing it follows the controls by itself: the picture is
/// sent once, later runs name it and a crop. Where it costs it is a button, and its result is kept.
class Preview {
 public:
  Preview(Host& host, Home home);
  ~Preview();

  [[nodiscard]] GtkWidget* widget() const { return panel_->widget(); }

  /// Reads the thumbnail and finds the most detailed place; for after the first frame.
  void start();
  void set_settings(const Settings& settings);
  /// Empty while the service is looked for; `problem` says why there is none.
  void set_account(std::optional<Account> account, const std::string& problem = {});
  /// Stops what runs; set_settings() goes on.
  void pause();

  /// The result of the whole source with these settings, if it was paid for here already.
  [[nodiscard]] std::optional<JobResult> take(std::size_t source, const Settings& settings);

 private:
  struct Kept {
    Settings settings;
    JobResult result;
    Box covers;
  };
  [[nodiscard]] const Source& source() const;
  [[nodiscard]] Box whole() const;
  [[nodiscard]] bool follows_by_itself() const;
  [[nodiscard]] bool crop_is_cheaper() const;
  [[nodiscard]] const Kept* kept() const;
  [[nodiscard]] JobRequest request() const;

  void stop();
  void resized();
  void show_before();
  void show_kept();
  void request_soon();
  void run();
  void begin_export(std::optional<Box> box);
  void step_export();
  void run_free();
  void free_done(Result<JobResult> result, Box box);
  void button_clicked();
  void run_paid();
  void paid_done(Result<JobResult> result, const Settings& settings, Box covers);
  void show_offer();
  void show_error(const Error& error);

  Host& host_;
  Home home_;
  std::unique_ptr<PreviewPanel> panel_;
  Settings settings_;
  std::optional<Account> account_;
  bool started_ = false, placed_ = false, again_ = false, paying_ = false, paused_ = false;

  std::unique_ptr<Export> export_;
  std::optional<Box> export_box_;  ///< of the running export; empty for the whole source
  std::optional<Upload> upload_;   ///< exported, not yet sent
  std::optional<Origin> origin_;
  std::string source_id_;  ///< the picture as the service knows it
  std::vector<Kept> kept_;
  /// Tells late news from a worker's thread whether there still is a panel.
  std::shared_ptr<const char> alive_ = std::make_shared<const char>();
  Background job_, cleaning_;
  EventSource rest_, exporting_, drag_rest_;
};

}  // namespace sharpen

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/glib_source.h"
#include "client/providers/settings.h"
#include "ui/run/choice.h"
#include "ui/widgets/blur_rows.h"
#include "ui/widgets/model_menu.h"
#include "ui/widgets/parameter_rows.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// The right side of the first page: service, model, parameters, faces, result. Plain GTK; other
/// widgets are put into its slots by the dialog.
class SetupPage {
 public:
  /// `changed` is called when the user changes anything, `measure` to measure the blur in what is
  /// visible; empty: that is not offered.
  explicit SetupPage(std::function<void()> changed, std::function<void()> measure = {});

  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }
  /// Empty boxes for the presets (top) and the account line (below the service)…
  [[nodiscard]] GtkWidget* preset_slot() const { return preset_slot_; }
  [[nodiscard]] GtkWidget* account_slot() const { return account_slot_; }
  /// …and for what is beside and below the model.
  [[nodiscard]] GtkWidget* suggest_slot() const { return suggest_slot_; }
  [[nodiscard]] GtkWidget* suggestion_slot() const { return suggestion_slot_; }

  /// Gives a label of another row the width of the page's own.
  void align(GtkWidget* label) { gtk_size_group_add_widget(labels_.get(), label); }

  void set(const Choice& choice);
  [[nodiscard]] Choice get() const;

  /// The service that "automatic" turned out to be: decides which models and options are shown.
  void set_resolved(std::optional<ServiceKind> kind);
  /// The service that the controls mean now; empty while "automatic" is not resolved.
  [[nodiscard]] std::optional<ServiceKind> service_kind() const;
  /// For pictures in files: without other models beside the first, and without what a layer has.
  void hide_layer_parts();
  /// What the service found with these settings.
  void set_found(const FoundBlur& found, const Settings& settings) {
    by_hand_.set_found(found, settings);
  }
  [[nodiscard]] BlurRows& by_hand() { return by_hand_; }
  /// Chooses a model as the user would, at another service if that is given.
  void choose_model(const std::string& model, std::optional<ServiceKind> service = {});
  /// Shows "Sharpen the original again and replace this result".
  void offer_redo(bool offered);

 private:
  /// A part of the page that comes into view when it is unfolded.
  [[nodiscard]] GtkWidget* fold(const std::string& title, GtkWidget* content);
  void build_service();
  void build_model();
  void build_faces();
  void build_result();
  void fill_more_models();
  void follow_service();
  void follow_model();
  /// Of a model that is being withdrawn.
  void follow_replacement(const Model* model);
  void follow_limit();
  /// Folded away, the marks are seen as a number.
  void follow_marks();
  [[nodiscard]] bool has_address() const;
  void user_changed();

  std::function<void()> changed_;
  bool setting_ = false, has_layer_parts_ = true;
  std::optional<ServiceKind> resolved_;
  std::string stand_in_for_;  ///< the vendor whose address was given by a script or a preset
  Ref<GtkWidget> box_;
  Ref<GtkSizeGroup> labels_;
  ModelMenu model_;
  ParameterRows sliders_, face_sliders_;
  BlurRows by_hand_;
  GtkWidget *preset_slot_, *account_slot_, *suggest_slot_, *suggestion_slot_;
  GtkWidget *service_, *url_label_, *url_, *purpose_, *sliders_box_;
  GtkWidget *faces_expander_, *faces_label_, *faces_, *subject_;
  GtkWidget *replace_row_, *replace_hint_, *replace_;
  GtkWidget *more_expander_, *more_box_, *more_hint_, *more_list_;
  GtkWidget *output_name_, *keep_visible_, *redo_, *limit_row_, *limit_on_, *limit_, *limit_unit_;
  GtkWidget *result_expander_, *by_hand_expander_;
  std::vector<std::pair<std::string, GtkWidget*>> more_checks_;
  Connections connections_, more_connections_;
  EventSource unfolding_;
};

}  // namespace sharpen

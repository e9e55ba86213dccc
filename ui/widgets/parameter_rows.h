#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>

#include "client/providers/settings.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// The sliders of the parameters: for each a label, an Auto switch and a number,
/// and below them a slider as wide as the column.
class ParameterRows {
 public:
  /// Rows for `ids`, in this order; `changed` is called when the user changes one.
  ParameterRows(std::span<const ParameterId> ids, std::function<void()> changed);
  ~ParameterRows();

  [[nodiscard]] GtkWidget* widget() const { return grid_.get(); }

  /// Shows the rows that the model takes and that mean something while this blur is undone, with
  /// the model's ranges; a null model takes all. Values that the user gave for other models stay in
  /// mind. True if any row is visible.
  bool show_for(const Model* model, BlurKind blur = BlurKind::automatic);
  /// What the service took where a row is on Auto: its slider stands there.
  void set_used(ParameterId id, double value);
  void set_sensitive(bool sensitive);

  void set(const Settings& settings);
  /// Writes the values of the visible rows; the others become Auto.
  void get(Settings& settings) const;

 private:
  struct Row;
  std::vector<std::unique_ptr<Row>> rows_;
  Ref<GtkWidget> grid_;
  std::function<void()> changed_;
  bool setting_ = false;
  Connections connections_, window_connections_;

  void add_row(ParameterId id, int line);
  /// Gives the rows that are shown keys that nothing else in the window has.
  void choose_keys();
};

}  // namespace sharpen

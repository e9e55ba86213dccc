#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/providers/models.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// The choice of a model: a button with its name that opens a list by groups, in which each model
/// explains itself in a sentence. A combo box cannot show more in its list than when it is closed.
class ModelMenu {
 public:
  /// `changed` is called when the user chooses another model.
  explicit ModelMenu(std::function<void()> changed);

  [[nodiscard]] GtkWidget* widget() const { return button_.get(); }

  /// Lists the models of a service (all if it is not known yet) and a name that the table lacks.
  /// Selects `name`, or the default if the service does not have it.
  void fill(std::optional<ServiceKind> service, const std::string& name);
  [[nodiscard]] const std::string& selected() const { return selected_; }

 private:
  void add(const std::string& name, const std::string& title, const std::string& purpose);
  void add_heading(const std::string& title);
  void select(const std::string& name);

  std::function<void()> changed_;
  Ref<GtkWidget> button_;
  GtkWidget *menu_, *title_;
  std::vector<std::pair<std::string, GtkWidget*>> items_;
  std::string selected_;
  bool filling_ = false;
  Connections connections_, item_connections_;
};

/// The model's title, which says so if it is being withdrawn.
[[nodiscard]] std::string listed_title(const Model& model, std::optional<ServiceKind> service);

/// The models of a service by groups, in the order in which the dialog lists them.
[[nodiscard]] std::vector<std::pair<ModelGroup, std::vector<const Model*>>> grouped_models(
    std::optional<ServiceKind> service);

}  // namespace sharpen

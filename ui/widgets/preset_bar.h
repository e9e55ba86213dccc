#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/glib_source.h"
#include "ui/run/presets.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// The row of presets: choose one, and a menu to save, delete, export and import.
class PresetBar {
 public:
  struct Events {
    std::function<void(const Settings&)> chosen;
    std::function<Settings()> current;  ///< what is to be saved
    std::function<void(const Error&)> problem;
  };
  PresetBar(Presets presets, Events events);

  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }
  [[nodiscard]] GtkWidget* label() const { return label_; }
  /// The controls changed: the name stays only as long as it fits.
  void follow(const Settings& current);

 private:
  void fill();
  void choose();
  void save();
  void remove();
  void export_one();
  void import_one();
  void select(const std::string& name);
  bool tell(const Result<void>& done);
  [[nodiscard]] std::string selected() const;
  [[nodiscard]] GtkWindow* window() const;
  [[nodiscard]] std::optional<std::string> ask_name() const;
  [[nodiscard]] std::optional<std::string> ask_file(GtkFileChooserAction action,
                                                    const std::string& proposal) const;

  Presets presets_;
  Events events_;
  Ref<GtkWidget> box_;
  GtkWidget *label_, *combo_, *remove_item_, *export_item_;
  bool filling_ = false;
  EventSource opening_;
  Connections connections_;
};

}  // namespace sharpen

#pragma once

#include <gtk/gtk.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plugin/files/file_item.h"
#include "plugin/files_dialog/thumbnails.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// The files of a run: a small picture, the name, the state, the price, and below the table what
/// there is to say of the chosen one. Only rows that are seen are drawn, so thousands do no harm.
class FilesTable {
 public:
  /// `chosen` is called when another row is chosen; `activated` when one is opened by a double
  /// click or the Enter key.
  FilesTable(std::function<void()> chosen, std::function<void()> activated);

  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }

  /// Shows other files. They have to outlive the table, or be taken away with clear().
  void show(const std::vector<FileItem>& items);
  void clear();
  /// One of them is not as it was.
  void follow(std::size_t index, const std::string& unit);

  [[nodiscard]] std::optional<std::size_t> selected() const;

 private:
  enum class Column { thumbnail, name, state, price };

  void add_column(Column column, const char* title, int width, GtkCellRenderer* renderer);
  void fill(Column column, GtkCellRenderer* renderer, std::size_t index);
  void say();

  const std::vector<FileItem>* items_ = nullptr;
  std::string unit_;
  Thumbnails thumbnails_;
  Ref<GtkWidget> box_;
  Ref<GtkListStore> rows_;  ///< the number of each file, no more
  GtkWidget *view_, *details_;
  std::function<void()> chosen_;
  Connections connections_;
};

}  // namespace sharpen

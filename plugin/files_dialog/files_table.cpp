#include "plugin/files_dialog/files_table.h"

#include <format>
#include <memory>
#include <utility>

#include "base/i18n.h"
#include "base/number_text.h"
#include "client/providers/service.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

constexpr int thumbnail_side = 44, row_height = 48;

struct TreePathFree {
  void operator()(GtkTreePath* path) const { gtk_tree_path_free(path); }
};
using TreePath = std::unique_ptr<GtkTreePath, TreePathFree>;

std::size_t index_at(GtkTreeModel* model, GtkTreeIter* row) {
  int index = 0;
  gtk_tree_model_get(model, row, 0, &index, -1);
  return static_cast<std::size_t>(index);
}

std::string state_text(const FileItem& item) {
  const std::string title = _(title_of(item.state));
  if (item.state != FileState::working || item.fraction <= 0) return title;
  // TRANSLATORS: a stage of the work and how much of it is done
  return tr("{}, {} %", title, number_text(item.fraction * 100, 0));
}

/// What there is to say of a file besides its state.
std::string details_text(const FileItem& item) {
  std::string text;
  const auto add = [&](const std::string& part) {
    if (!part.empty()) text += (text.empty() ? "" : " · ") + part;
  };
  if (!item.output.empty() && is_final(item.state)) add("→ " + display_name(item.output));
  add(finding_text(item.finding));
  for (const std::string& note : item.notes) add(note);
  if (item.error) add(item.error->text());
  return text;
}

}  // namespace

FilesTable::FilesTable(std::function<void()> chosen, std::function<void()> activated)
    : thumbnails_(thumbnail_side, [this](std::size_t index) { follow(index, unit_); }),
      box_(own(vertical_box())),
      rows_(Ref<GtkListStore>::adopt(gtk_list_store_new(1, G_TYPE_INT))),
      chosen_(std::move(chosen)) {
  view_ = gtk_tree_view_new();
  set_accessible_name(view_, _("Pictures"));
  gtk_tree_view_set_enable_search(GTK_TREE_VIEW(view_), FALSE);
  constexpr int name_width = 320, state_width = 180, price_width = 110;
  GtkCellRenderer* price = gtk_cell_renderer_text_new();
  g_object_set(price, "xalign", 1.0, nullptr);
  GtkCellRenderer* name = gtk_cell_renderer_text_new();
  g_object_set(name, "ellipsize", PANGO_ELLIPSIZE_MIDDLE, nullptr);
  add_column(Column::thumbnail, "", thumbnail_side + narrow_gap, gtk_cell_renderer_pixbuf_new());
  add_column(Column::name, _("Picture"), name_width, name);
  add_column(Column::state, _("State"), state_width, gtk_cell_renderer_text_new());
  add_column(Column::price, _("Price"), price_width, price);
  gtk_tree_view_set_fixed_height_mode(GTK_TREE_VIEW(view_), TRUE);
  gtk_tree_view_set_model(GTK_TREE_VIEW(view_), GTK_TREE_MODEL(rows_.get()));

  GtkWidget* scrolled = gtk_scrolled_window_new(nullptr, nullptr);
  gtk_scrolled_window_set_shadow_type(GTK_SCROLLED_WINDOW(scrolled), GTK_SHADOW_IN);
  gtk_container_add(GTK_CONTAINER(scrolled), view_);
  details_ = text_label("");
  gtk_label_set_line_wrap(GTK_LABEL(details_), TRUE);
  gtk_label_set_line_wrap_mode(GTK_LABEL(details_), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines(GTK_LABEL(details_), 3);
  gtk_label_set_max_width_chars(GTK_LABEL(details_), 60);
  append(box_.get(), scrolled, true);
  append(box_.get(), details_);

  GtkTreeSelection* selection = gtk_tree_view_get_selection(GTK_TREE_VIEW(view_));
  connections_.on(selection, "changed", [this] {
    say();
    chosen_();
  });
  connections_.on(view_, "row-activated", std::move(activated));
}

void FilesTable::add_column(Column column, const char* title, int width,
                            GtkCellRenderer* renderer) {
  gtk_cell_renderer_set_fixed_size(renderer, -1, row_height);
  GtkTreeViewColumn* made = gtk_tree_view_column_new();
  gtk_tree_view_column_set_title(made, title);
  gtk_tree_view_column_set_sizing(made, GTK_TREE_VIEW_COLUMN_FIXED);
  gtk_tree_view_column_set_fixed_width(made, width);
  gtk_tree_view_column_set_resizable(made, column != Column::thumbnail);
  gtk_tree_view_column_set_expand(made, column == Column::name);
  if (column == Column::price) gtk_tree_view_column_set_alignment(made, 1);
  gtk_tree_view_column_pack_start(made, renderer, TRUE);
  struct Target {
    FilesTable* table;
    Column column;
  };
  const auto fill_cell = [](GtkTreeViewColumn*, GtkCellRenderer* cell, GtkTreeModel* model,
                            GtkTreeIter* row, gpointer data) {
    const auto* target = static_cast<const Target*>(data);
    target->table->fill(target->column, cell, index_at(model, row));
  };
  auto target = std::make_unique<Target>(this, column);
  gtk_tree_view_column_set_cell_data_func(
      made, renderer, fill_cell, target.release(),
      [](gpointer data) { std::unique_ptr<Target>(static_cast<Target*>(data)); });
  gtk_tree_view_append_column(GTK_TREE_VIEW(view_), made);
}

void FilesTable::fill(Column column, GtkCellRenderer* renderer, std::size_t index) {
  if (!items_) return;
  const FileItem& item = items_->at(index);
  switch (column) {
    case Column::thumbnail: {
      GdkPixbuf* thumbnail = thumbnails_.find_or_ask(index, item.input.file);
      if (thumbnail)
        g_object_set(renderer, "icon-name", nullptr, "pixbuf", thumbnail, nullptr);
      else
        g_object_set(renderer, "pixbuf", nullptr, "icon-name", "image-x-generic", nullptr);
      break;
    }
    case Column::name:
      g_object_set(renderer, "text",
                   display_name(item.input.subfolder / item.input.file.filename()).c_str(),
                   nullptr);
      break;
    case Column::state:
      g_object_set(renderer, "text", state_text(item).c_str(), nullptr);
      break;
    case Column::price: {
      const bool paid_now = item.cost && item.state != FileState::had_it;
      g_object_set(renderer, "text", paid_now ? amount_text(*item.cost, unit_).c_str() : "",
                   nullptr);
      break;
    }
  }
}

void FilesTable::show(const std::vector<FileItem>& items) {
  clear();
  items_ = &items;
  // Without its view a list takes rows at once.
  gtk_tree_view_set_model(GTK_TREE_VIEW(view_), nullptr);
  for (std::size_t index = 0; index < items.size(); ++index)
    gtk_list_store_insert_with_values(rows_.get(), nullptr, -1, 0, static_cast<int>(index), -1);
  gtk_tree_view_set_model(GTK_TREE_VIEW(view_), GTK_TREE_MODEL(rows_.get()));
}

void FilesTable::clear() {
  items_ = nullptr;
  thumbnails_.clear();
  gtk_list_store_clear(rows_.get());
  set_text(details_, "");
}

void FilesTable::follow(std::size_t index, const std::string& unit) {
  unit_ = unit;
  const TreePath path(gtk_tree_path_new_from_indices(static_cast<int>(index), -1));
  GtkTreeIter row;
  auto* model = GTK_TREE_MODEL(rows_.get());
  if (!gtk_tree_model_get_iter(model, &row, path.get())) return;
  gtk_tree_model_row_changed(model, path.get(), &row);
  if (selected() == index) say();
}

std::optional<std::size_t> FilesTable::selected() const {
  GtkTreeSelection* selection = gtk_tree_view_get_selection(GTK_TREE_VIEW(view_));
  GtkTreeModel* model = nullptr;
  GtkTreeIter row;
  if (!items_ || !gtk_tree_selection_get_selected(selection, &model, &row)) return {};
  return index_at(model, &row);
}

void FilesTable::say() {
  const auto index = selected();
  set_text(details_, index ? details_text(items_->at(*index)) : "");
}

}  // namespace sharpen

#include "ui/widgets/model_menu.h"

#include <algorithm>

#include "base/i18n.h"
#include "ui/widgets/text.h"

namespace sharpen {

std::vector<std::pair<ModelGroup, std::vector<const Model*>>> grouped_models(
    std::optional<ServiceKind> service) {
  std::vector<std::pair<ModelGroup, std::vector<const Model*>>> groups;
  for (const Model& model : models()) {
    if (service && !model.offered_by(*service)) continue;
    auto group = std::ranges::find(groups, model.group, [](const auto& one) { return one.first; });
    if (group == groups.end()) group = groups.insert(groups.end(), {model.group, {}});
    group->second.push_back(&model);
  }
  return groups;
}

std::string listed_title(const Model& model, std::optional<ServiceKind> service) {
  return model.is_being_withdrawn(service) ? tr("{} (being withdrawn)", _(model.title))
                                           : std::string(_(model.title));
}

ModelMenu::ModelMenu(std::function<void()> changed)
    : changed_(std::move(changed)), button_(own(gtk_menu_button_new())), menu_(gtk_menu_new()) {
  GtkWidget* row = horizontal_box();
  title_ = text_label("");
  gtk_label_set_ellipsize(GTK_LABEL(title_), PANGO_ELLIPSIZE_END);
  gtk_widget_set_margin_start(title_, 2);  // as the text of a combo box
  append(row, title_, true);
  append_end(row, gtk_image_new_from_icon_name("pan-down-symbolic", GTK_ICON_SIZE_BUTTON));
  gtk_container_add(GTK_CONTAINER(button_.get()), row);
  gtk_menu_set_reserve_toggle_size(GTK_MENU(menu_), TRUE);
  gtk_menu_button_set_popup(GTK_MENU_BUTTON(button_.get()), menu_);
}

void ModelMenu::add_heading(const std::string& title) {
  GtkWidget* item = gtk_menu_item_new();
  gtk_container_add(GTK_CONTAINER(item), bold_label(title));
  gtk_widget_set_sensitive(item, FALSE);
  gtk_menu_shell_append(GTK_MENU_SHELL(menu_), item);
}

void ModelMenu::add(const std::string& name, const std::string& title, const std::string& purpose) {
  GSList* group = items_.empty()
                      ? nullptr
                      : gtk_radio_menu_item_get_group(GTK_RADIO_MENU_ITEM(items_.front().second));
  GtkWidget* item = gtk_radio_menu_item_new(group);
  GtkWidget* texts = vertical_box(0);
  append(texts, text_label(title));
  GtkWidget* small = text_label("");
  gtk_label_set_markup(GTK_LABEL(small),
                       ("<small>" + markup_escaped(purpose) + "</small>").c_str());
  set_class(small, "dim-label");
  append(texts, small);
  gtk_container_add(GTK_CONTAINER(item), texts);
  set_accessible_name(item, title);
  set_accessible_description(item, purpose);
  gtk_menu_shell_append(GTK_MENU_SHELL(menu_), item);
  items_.emplace_back(name, item);
  item_connections_.on(item, "toggled", [this, item, name] {
    if (filling_ || !gtk_check_menu_item_get_active(GTK_CHECK_MENU_ITEM(item))) return;
    select(name);
    changed_();
  });
}

void ModelMenu::fill(std::optional<ServiceKind> service, const std::string& name) {
  filling_ = true;
  item_connections_.clear();
  items_.clear();
  for (GtkWidget* old : children_of(menu_)) gtk_widget_destroy(old);
  for (const auto& [group, members] : grouped_models(service)) {
    add_heading(_(title_of(group)));
    for (const Model* model : members)
      add(model->name, listed_title(*model, service), _(model->purpose));
  }
  if (name.starts_with("other:")) add(name, model_title(name), _("A model of the service's own."));
  gtk_widget_show_all(menu_);
  const auto has = [this](std::string_view wanted) {
    return std::ranges::any_of(items_, [&](const auto& item) { return item.first == wanted; });
  };
  select(has(name) || items_.empty() ? name
         : has(default_model)        ? std::string(default_model)
                                     : items_.front().first);
  filling_ = false;
}

void ModelMenu::select(const std::string& name) {
  selected_ = name;
  set_text(title_, model_title(name));
  set_accessible_description(button_.get(), model_title(name));
  for (const auto& [other, item] : items_) {
    if (other == name) gtk_check_menu_item_set_active(GTK_CHECK_MENU_ITEM(item), TRUE);
  }
}

}  // namespace sharpen

#include "ui/main_dialog.h"

#include <algorithm>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "client/service.h"
#include "ui/text.h"

namespace sharpen {

MainDialog::MainDialog(GimpProcedure* procedure, GimpProcedureConfig* config,
                       const ConfigBridge& bridge, Host& host, const Home& home)
    : config_(config), bridge_(bridge), host_(host), home_(home) {
  window_.reset(gimp_procedure_dialog_new(procedure, config, _("Remote Sharpen")));
  auto* dialog = GIMP_PROCEDURE_DIALOG(window_.get());
  gimp_procedure_dialog_set_ok_label(dialog, _("_Sharpen"));

  setup_ = std::make_unique<SetupPage>([this] { choice_changed(); });
  work_view_ = std::make_unique<WorkView>(window_.get(), true);
  pages_ = gtk_stack_new();
  gtk_widget_show_all(setup_->widget());
  gtk_container_add(GTK_CONTAINER(pages_), setup_->widget());
  gtk_container_add(GTK_CONTAINER(pages_), work_view_->widget());
  gtk_widget_show(pages_);

  GtkWidget* content = gtk_dialog_get_content_area(GTK_DIALOG(dialog));
  gtk_box_pack_start(GTK_BOX(content), pages_, TRUE, TRUE, 0);
  gtk_box_reorder_child(GTK_BOX(content), pages_, 0);
  for (GtkWidget* child : children_of(content)) {
    if (child != pages_) dialog_parts_.push_back(child);
  }

  const auto& sources = host_.sources();
  setup_->offer_redo(std::ranges::any_of(sources, [](const auto& s) { return s.can_redo; }));
  read_config();
  connections_.on(config_, "notify", [this] {
    if (!writing_) read_config();
  });
}

MainDialog::~MainDialog() = default;

void MainDialog::read_config() {
  Choice choice = setup_->get();
  choice.settings = bridge_.read(config_);
  char* name = nullptr;
  gboolean keep_visible = FALSE;
  g_object_get(config_, "output-name", &name, "keep-source-visible", &keep_visible, nullptr);
  const OwnedChars owner(name);
  choice.output_name = name ? name : "";
  choice.keep_source_visible = keep_visible;
  setup_->set(choice);
}

void MainDialog::write_config() {
  const Choice choice = setup_->get();
  writing_ = true;
  bridge_.write(config_, choice.settings);
  g_object_set(config_, "output-name", choice.output_name.c_str(), "keep-source-visible",
               gboolean{choice.keep_source_visible}, nullptr);
  writing_ = false;
}

void MainDialog::choice_changed() { write_config(); }

void MainDialog::show_setup() {
  gtk_stack_set_visible_child(GTK_STACK(pages_), setup_->widget());
  for (GtkWidget* part : dialog_parts_) gtk_widget_show(part);
}

Result<void> MainDialog::run() {
  for (;;) {
    show_setup();
    if (!gimp_procedure_dialog_run(GIMP_PROCEDURE_DIALOG(window_.get()))) {
      return fail(ErrorKind::cancelled, _("Cancelled."));
    }
    write_config();
    switch (work()) {
      case WorkView::End::placed:
        gtk_widget_hide(window_.get());
        tell_user(work_view_->notes());
        return {};
      case WorkView::End::closed:
        return std::unexpected(work_view_->error());
      case WorkView::End::back:
        break;
    }
  }
}

WorkView::End MainDialog::work() {
  const Choice choice = setup_->get();
  std::vector<Task> tasks;
  std::vector<std::string> titles;
  std::vector<std::string> models = choice.more_models;
  models.insert(models.begin(), choice.settings.model);
  for (std::size_t source = 0; source < host_.sources().size(); ++source) {
    for (const auto& model : models) {
      Settings settings = choice.settings;
      settings.model = model;
      const auto& layer = host_.sources()[source].layer_name;
      tasks.push_back({source, settings, {}});
      titles.push_back(models.size() == 1 ? layer : tr("{}: {}", layer, model_title(model)));
    }
  }
  Host::PlaceOptions options;
  options.output_name = choice.output_name;
  options.keep_source_visible = choice.keep_source_visible;
  options.group = models.size() > 1;
  options.redo_original = choice.redo_original;

  for (GtkWidget* part : dialog_parts_) gtk_widget_hide(part);
  gtk_stack_set_visible_child(GTK_STACK(pages_), work_view_->widget());
  const std::string model = models.size() == 1
                                ? model_title(models.front())
                                : trn("{} model", "{} models", models.size(), models.size());
  const auto kind = setup_->service_kind();
  // TRANSLATORS: a model on a service, "Lens Blur 2 on Topaz Labs"
  const std::string what = kind ? tr("{} on {}", model, _(title_of(*kind))) : model;
  return work_view_->run(host_, home_, std::move(tasks), options, titles, what, "");
}

}  // namespace sharpen

#include "ui/pages/setup_page.h"

#include <algorithm>
#include <array>

#include "base/i18n.h"
#include "client/providers/service.h"
#include "ui/widgets/form.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

constexpr std::array model_parameters = {ParameterId::strength,
                                         ParameterId::minor_denoise,
                                         ParameterId::sharpen_strength,
                                         ParameterId::denoise_strength,
                                         ParameterId::detail,
                                         ParameterId::focus_boost,
                                         ParameterId::seed};
constexpr std::array face_parameters = {ParameterId::face_enhancement_strength,
                                        ParameterId::face_enhancement_creativity};

}  // namespace

SetupPage::SetupPage(std::function<void()> changed, std::function<void()> measure)
    : changed_(std::move(changed)),
      box_(own(vertical_box(wide_gap))),
      labels_(Ref<GtkSizeGroup>::adopt(gtk_size_group_new(GTK_SIZE_GROUP_HORIZONTAL))),
      model_([this] {
        follow_model();
        user_changed();
      }),
      sliders_(model_parameters, [this] { user_changed(); }),
      face_sliders_(face_parameters, [this] { user_changed(); }),
      by_hand_({[this] { user_changed(); }, std::move(measure)}) {
  preset_slot_ = vertical_box();
  append(box_.get(), preset_slot_);
  redo_ = check_button(_("Sharpen the _original again and replace this result"));
  append(box_.get(), redo_);
  set_visible(redo_, false);
  build_service();
  build_model();
  build_faces();
  build_result();
  set(Choice{});
}

void SetupPage::build_service() {
  GtkWidget* rows = form();
  service_ = combo({{"automatic", _("Automatic")}});
  for (const auto kind : {ServiceKind::this_computer, ServiceKind::topaz, ServiceKind::aimlapi,
                          ServiceKind::own_server}) {
    const std::string word(word_of(kind));
    gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(service_), word.c_str(), _(title_of(kind)));
  }
  gtk_widget_set_tooltip_text(service_,
                              _("Automatic uses Topaz Labs if you have a key for it, else the "
                                "AI/ML API if you have a key for that, else this computer."));
  gtk_size_group_add_widget(labels_.get(), attach_row(rows, 0, _("Ser_vice:"), service_));

  url_ = gtk_entry_new();
  gtk_entry_set_placeholder_text(GTK_ENTRY(url_), "https://sharpen.example.org");
  gtk_widget_set_hexpand(url_, TRUE);
  url_label_ = mnemonic_label(_("A_ddress:"), url_);
  gtk_size_group_add_widget(labels_.get(), url_label_);
  gtk_grid_attach(GTK_GRID(rows), url_label_, 0, 1, 1, 1);
  gtk_grid_attach(GTK_GRID(rows), url_, 1, 1, 1, 1);

  account_slot_ = vertical_box();
  gtk_grid_attach(GTK_GRID(rows), account_slot_, 1, 2, 1, 1);
  append(box_.get(), rows);

  connections_.on(service_, "changed", [this] {
    if (setting_) return;
    resolved_.reset();
    stand_in_for_.clear();
    follow_service();
    user_changed();
  });
  connections_.on(url_, "changed", [this] { user_changed(); });
}

void SetupPage::build_model() {
  GtkWidget* rows = form();
  suggest_slot_ = horizontal_box();
  append(suggest_slot_, model_.widget(), true);
  gtk_widget_set_hexpand(suggest_slot_, TRUE);
  GtkWidget* label = mnemonic_label(_("_Model:"), model_.widget());
  gtk_size_group_add_widget(labels_.get(), label);
  gtk_grid_attach(GTK_GRID(rows), label, 0, 0, 1, 1);
  gtk_grid_attach(GTK_GRID(rows), suggest_slot_, 1, 0, 1, 1);
  purpose_ = hint_label("");
  gtk_widget_set_hexpand(purpose_, TRUE);
  gtk_grid_attach(GTK_GRID(rows), purpose_, 1, 1, 1, 1);
  suggestion_slot_ = vertical_box();
  gtk_grid_attach(GTK_GRID(rows), suggestion_slot_, 1, 3, 1, 1);
  replace_row_ = vertical_box();
  replace_hint_ = hint_label("");
  set_class(replace_hint_, "dim-label", false);
  replace_ = text_button("");
  gtk_widget_set_halign(replace_, GTK_ALIGN_START);
  append(replace_row_, replace_hint_);
  append(replace_row_, replace_);
  gtk_grid_attach(GTK_GRID(rows), replace_row_, 1, 2, 1, 1);
  append(box_.get(), rows);
  connections_.on(replace_, "clicked", [this] {
    const Model* model = find_model(model_.selected());
    const Model* heir = model ? model->replacement_at(service_kind()) : nullptr;
    if (heir) choose_model(heir->name);
  });

  sliders_box_ = titled(_("Parameters"), sliders_.widget());
  append(box_.get(), sliders_box_);

  by_hand_expander_ = fold(_("_Blur by hand"), by_hand_.widget());
  append(box_.get(), by_hand_expander_);

  more_box_ = vertical_box();
  more_hint_ = hint_label("");
  append(more_box_, more_hint_);
  more_list_ = vertical_box(0);
  append(more_box_, more_list_);
  more_expander_ = fold(_("Compare _with other models"), more_box_);
  append(box_.get(), more_expander_);
}

void SetupPage::build_faces() {
  GtkWidget* rows = form();
  faces_ = combo({{"off", _("Leave faces alone")},
                  {"on", _("Enhance faces")},
                  {"auto", _("Let the service decide")}});
  faces_label_ = attach_row(rows, 0, _("Faces:"), faces_);
  gtk_grid_attach(GTK_GRID(rows), face_sliders_.widget(), 0, 1, 2, 1);
  subject_ = combo({{"auto", _("Auto")},
                    {"all", _("The whole picture")},
                    {"foreground", _("The foreground")},
                    {"background", _("The background")}});
  attach_row(rows, 2, _("Sub_ject:"), subject_);
  gtk_widget_set_tooltip_text(
      subject_, _("Which part of the picture is to be sharpened. On this computer the "
                  "foreground is what is in focus most."));
  faces_expander_ = fold(_("_Faces and subject"), rows);
  append(box_.get(), faces_expander_);

  connections_.on(faces_, "changed", [this] {
    face_sliders_.set_sensitive(active_id(faces_) != "off");
    user_changed();
  });
  connections_.on(subject_, "changed", [this] { user_changed(); });
}

void SetupPage::build_result() {
  GtkWidget* rows = form();
  output_name_ = gtk_entry_new();
  gtk_entry_set_placeholder_text(GTK_ENTRY(output_name_), _("Name of the layer and the model"));
  attach_row(rows, 0, _("Name of the new la_yer:"), output_name_);
  keep_visible_ = check_button(_("_Keep the original layer visible"));
  gtk_grid_attach(GTK_GRID(rows), keep_visible_, 0, 1, 2, 1);

  gtk_widget_set_tooltip_text(
      keep_visible_,
      _("Where two layers, one over the other, would change the picture (transparency, a mask, an "
        "effect), the original is hidden, unless this is on. It is never deleted."));

  limit_row_ = horizontal_box();
  limit_on_ = check_button(_("Cost _at most"));
  limit_ = gtk_spin_button_new_with_range(0, 10000, 1);
  gtk_spin_button_set_value(GTK_SPIN_BUTTON(limit_), 1);
  set_accessible_name(limit_, _("Cost at most"));
  limit_unit_ = text_label("");
  append(limit_row_, limit_on_);
  append(limit_row_, limit_);
  append(limit_row_, limit_unit_);
  gtk_grid_attach(GTK_GRID(rows), limit_row_, 0, 2, 2, 1);
  result_expander_ = fold(_("Result a_nd cost"), rows);
  append(box_.get(), result_expander_);

  connections_.on(limit_on_, "toggled", [this] {
    follow_limit();
    user_changed();
  });
  connections_.on(limit_, "value-changed", [this] { user_changed(); });
  connections_.on(output_name_, "changed", [this] { user_changed(); });
  connections_.on(keep_visible_, "toggled", [this] { user_changed(); });
  connections_.on(redo_, "toggled", [this] { user_changed(); });
}

GtkWidget* SetupPage::fold(const std::string& title, GtkWidget* content) {
  GtkWidget* widget = expander(title, content);
  connections_.on(widget, "notify::expanded", [this, widget] {
    if (setting_) return;
    unfolding_ = scroll_into_view_soon(widget);
  });
  return widget;
}

std::optional<ServiceKind> SetupPage::service_kind() const {
  const auto chosen = service_from(active_id(service_));
  return chosen ? chosen : resolved_;
}

void SetupPage::fill_more_models() {
  std::vector<std::string> marked;
  for (const auto& [name, check] : more_checks_) {
    if (gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(check))) marked.push_back(name);
  }
  more_connections_.clear();
  more_checks_.clear();
  for (GtkWidget* old : children_of(more_list_)) gtk_widget_destroy(old);
  const auto add_more = [this](GtkWidget* widget) {
    append(more_list_, widget);
    gtk_widget_show(widget);
  };
  for (const auto& [group, members] : grouped_models(service_kind())) {
    bool headed = false;
    for (const Model* model : members) {
      if (model->name == model_.selected()) continue;
      if (!std::exchange(headed, true)) add_more(text_label(_(title_of(group))));
      GtkWidget* check =
          gtk_check_button_new_with_label(listed_title(*model, service_kind()).c_str());
      gtk_widget_set_tooltip_text(check, _(model->purpose));
      gtk_widget_set_margin_start(check, wide_gap);
      gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(check),
                                   std::ranges::contains(marked, model->name));
      add_more(check);
      more_connections_.on(check, "toggled", [this] {
        follow_marks();
        user_changed();
      });
      more_checks_.emplace_back(model->name, check);
    }
  }
  set_visible(more_expander_, !more_checks_.empty() && has_layer_parts_);
  follow_marks();
}

void SetupPage::follow_marks() {
  const auto marks = std::ranges::count_if(more_checks_, [](const auto& more) {
    return gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(more.second)) != FALSE;
  });
  gtk_expander_set_label(GTK_EXPANDER(more_expander_),
                         (marks == 0 ? std::string(_("Compare _with other models"))
                                     : tr("Compare _with other models ({})", marks))
                             .c_str());
}

bool SetupPage::has_address() const {
  const std::string service = active_id(service_);
  return service == word_of(ServiceKind::own_server) || service == stand_in_for_;
}

void SetupPage::follow_service() {
  const bool was_setting = std::exchange(setting_, true);
  set_visible(url_label_, has_address());
  set_visible(url_, has_address());
  const auto kind = service_kind();
  const bool may_cost = kind != ServiceKind::this_computer;
  // This computer knows no faces, but what is in focus.
  for (GtkWidget* row : {faces_label_, faces_, face_sliders_.widget()}) set_visible(row, may_cost);
  gtk_expander_set_label(GTK_EXPANDER(faces_expander_),
                         may_cost ? _("_Faces and subject") : _("_Foreground or background"));
  set_visible(limit_row_, may_cost);
  gtk_expander_set_label(GTK_EXPANDER(result_expander_),
                         may_cost ? _("Result a_nd cost") : _("Resu_lt"));
  set_text(more_hint_,
           may_cost ? _("Each selected model adds a layer; the layers are put into one group. Each "
                        "is a separate job and is charged separately.")
                    : _("Each selected model adds a layer; the layers are put into one group."));
  const bool dollars = kind == ServiceKind::aimlapi;
  set_text(limit_unit_, dollars ? _("US dollars") : _("credits"));
  gtk_spin_button_set_digits(GTK_SPIN_BUTTON(limit_), dollars ? 2 : 0);
  gtk_spin_button_set_increments(GTK_SPIN_BUTTON(limit_), dollars ? 0.05 : 1, dollars ? 1 : 10);
  model_.fill(kind, model_.selected());
  follow_model();
  setting_ = was_setting;
}

void SetupPage::follow_model() {
  const Model* model = find_model(model_.selected());
  set_text(purpose_, model ? _(model->purpose) : "");
  follow_replacement(model);
  set_visible(sliders_box_, sliders_.show_for(model));
  face_sliders_.show_for(model);
  const auto service = service_kind();
  set_visible(by_hand_expander_, service && takes_extensions(model, *service));
  fill_more_models();
}

void SetupPage::follow_replacement(const Model* model) {
  const auto service = service_kind();
  const bool leaves = model && model->is_being_withdrawn(service);
  set_visible(replace_row_, leaves);
  if (!leaves) return;
  const Model* heir = model->replacement_at(service);
  set_text(replace_hint_, heir ? _("Topaz Labs withdraws this model, no sooner than January 2027; "
                                   "then it fails.")
                               : _("Topaz Labs withdraws this model, no sooner than January 2027; "
                                   "then it fails. Its replacement is at Topaz Labs only."));
  set_visible(replace_, heir != nullptr);
  if (heir)
    gtk_button_set_label(GTK_BUTTON(replace_), tr("Use {} instead", _(heir->title)).c_str());
}

void SetupPage::follow_limit() {
  const bool limited = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(limit_on_));
  gtk_widget_set_sensitive(limit_, limited);
}

void SetupPage::user_changed() {
  if (!setting_) changed_();
}

void SetupPage::set_resolved(std::optional<ServiceKind> kind) {
  if (resolved_ == kind) return;
  resolved_ = kind;
  follow_service();
}

void SetupPage::hide_layer_parts() {
  has_layer_parts_ = false;
  set_visible(more_expander_, false);
  set_visible(result_expander_, false);
}

void SetupPage::choose_model(const std::string& model, std::optional<ServiceKind> service) {
  if (service) {
    setting_ = true;
    resolved_.reset();
    stand_in_for_.clear();
    gtk_combo_box_set_active_id(GTK_COMBO_BOX(service_), std::string(word_of(*service)).c_str());
    follow_service();
    setting_ = false;
  }
  model_.fill(service_kind(), model);
  follow_model();
  user_changed();
}

void SetupPage::offer_redo(bool offered) { set_visible(redo_, offered); }

void SetupPage::set(const Choice& choice) {
  setting_ = true;
  const Settings& settings = choice.settings;
  gtk_combo_box_set_active_id(GTK_COMBO_BOX(service_), settings.service.c_str());
  gtk_entry_set_text(GTK_ENTRY(url_), settings.service_url.c_str());
  stand_in_for_ = settings.service_url.empty() ? "" : settings.service;
  sliders_.set(settings);
  face_sliders_.set(settings);
  by_hand_.set(settings);
  if (settings.blur != BlurKind::automatic)
    gtk_expander_set_expanded(GTK_EXPANDER(by_hand_expander_), TRUE);
  model_.fill(service_kind(), settings.model);
  follow_service();
  gtk_combo_box_set_active_id(GTK_COMBO_BOX(faces_),
                              std::string(word_of(settings.face_enhancement)).c_str());
  face_sliders_.set_sensitive(settings.face_enhancement != FaceEnhancement::off);
  gtk_combo_box_set_active_id(GTK_COMBO_BOX(subject_),
                              std::string(word_of(settings.subject_detection)).c_str());
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(limit_on_), settings.max_cost.has_value());
  if (settings.max_cost) gtk_spin_button_set_value(GTK_SPIN_BUTTON(limit_), *settings.max_cost);
  follow_limit();
  gtk_entry_set_text(GTK_ENTRY(output_name_), choice.output_name.c_str());
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(keep_visible_), choice.keep_source_visible);
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(redo_), choice.redo_original);
  for (const auto& [name, check] : more_checks_) {
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(check),
                                 std::ranges::contains(choice.more_models, name));
  }
  setting_ = false;
}

Choice SetupPage::get() const {
  Choice choice;
  Settings& settings = choice.settings;
  const auto is_on = [](GtkWidget* check) {
    return gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(check)) != FALSE;
  };
  settings.service = active_id(service_);
  if (has_address()) settings.service_url = gtk_entry_get_text(GTK_ENTRY(url_));
  settings.model = model_.selected();
  sliders_.get(settings);
  // "Automatic" may turn out to be this computer.
  if (takes_extensions(find_model(settings.model),
                       service_kind().value_or(ServiceKind::this_computer)))
    by_hand_.get(settings);
  settings.face_enhancement =
      face_enhancement_from(active_id(faces_)).value_or(FaceEnhancement::off);
  settings.subject_detection =
      subject_detection_from(active_id(subject_)).value_or(SubjectDetection::automatic);
  if (settings.face_enhancement != FaceEnhancement::off) face_sliders_.get(settings);
  if (is_on(limit_on_)) settings.max_cost = gtk_spin_button_get_value(GTK_SPIN_BUTTON(limit_));
  choice.output_name = gtk_entry_get_text(GTK_ENTRY(output_name_));
  choice.keep_source_visible = is_on(keep_visible_);
  choice.redo_original = gtk_widget_get_visible(redo_) && is_on(redo_);
  for (const auto& [name, check] : more_checks_) {
    if (is_on(check)) choice.more_models.push_back(name);
  }
  return choice;
}

}  // namespace sharpen

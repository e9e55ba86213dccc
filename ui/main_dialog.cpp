#include "ui/main_dialog.h"

#include <algorithm>

#include "base/cancelled.h"
#include "base/glib_error.h"
#include "base/i18n.h"
#include "client/providers/found_blur.h"
#include "client/providers/service.h"
#include "ui/pages/account_page.h"
#include "ui/widgets/help.h"
#include "ui/widgets/text.h"

namespace sharpen {
MainDialog::MainDialog(GimpProcedure* procedure, GimpProcedureConfig* config,
                       const ConfigBridge& bridge, Host& host, const Home& home,
                       RecoverHost* recover)
    : config_(config),
      bridge_(bridge),
      host_(host),
      home_(home),
      window_(gimp_procedure_dialog_new(procedure, config, _("Remote Sharpen"))),
      memory_(home),
      accounts_(home, {[this](const Result<Account>& found) { account_found(found); },
                       [this](const Result<Balance>& balance) { balance_found(balance); }}),
      suggester_(host_, home_),
      measurer_(host_, home_) {
  auto* dialog = GIMP_PROCEDURE_DIALOG(window_.get());
  gimp_procedure_dialog_set_ok_label(dialog, _("Shar_pen"));
  // GIMP's own is English where its catalogue lacks the word.
  gtk_button_set_label(
      GTK_BUTTON(gtk_dialog_get_widget_for_response(GTK_DIALOG(dialog), GTK_RESPONSE_CANCEL)),
      _("_Cancel"));
  setup_ = std::make_unique<SetupPage>([this] { choice_changed(); }, [this] { measure(); });
  presets_ = std::make_unique<PresetBar>(
      Presets(home_.presets()),
      PresetBar::Events{[this](const Settings& settings) { take_settings(settings); },
                        [this] { return setup_->get().settings; },
                        [this](const Error& error) { show_problem(error); }});
  account_line_ =
      std::make_unique<AccountLine>([this] { open_later(&MainDialog::show_account_page); });
  suggestion_line_ = std::make_unique<SuggestionLine>(
      SuggestionLine::Events{[this] { suggest(); }, [this] { follow_suggestion(); }});
  price_line_ = std::make_unique<PriceLine>(home);
  preview_ = std::make_unique<Preview>(
      host_, home_, [this] { follow_paid_preview(); },
      [this](const Settings& settings, const JobResult& result) {
        if (const auto found = found_blur(result.options_json)) setup_->set_found(*found, settings);
      });
  work_view_ = std::make_unique<WorkView>(window_.get(), true);
  waiting_bar_ = std::make_unique<WaitingBar>([this] { open_later(&MainDialog::open_recovery); });
  if (recover) {
    recovery_ = std::make_unique<Recovery>(
        *recover, home_, [this] { waiting_bar_->show(recovery_->jobs(), recovery_->notice()); });
  }
  build(dialog);

  const auto& sources = host_.sources();
  setup_->offer_redo(std::ranges::any_of(sources, [](const auto& s) { return s.can_redo; }));
  read_config();
  if (const auto first = first_choice(host_.sources(), memory_, setup_->get())) {
    write_config(*first);
    setup_->set(*first);
    host_.work_on_originals(first->redo_original);
    preview_->set_originals(first->redo_original);
    read_config();
  }
  connections_.on(config_, "notify", [this] {
    if (!writing_) read_config();
  });
  const WindowLook& look = memory_.look();
  gtk_window_set_default_size(GTK_WINDOW(window_.get()), look.width > 0 ? look.width : 1000,
                              look.height > 0 ? look.height : 690);
  gtk_paned_set_position(GTK_PANED(columns_),
                         look.preview_width > 0 ? look.preview_width : usual_preview_width());
  preview_->choose(look.view);
  offer_help(connections_, window_.get(), home_);
  connections_.on_event(window_.get(), "map-event", [this](GdkEvent*) {
    // An idle callback runs after the redraw, whose priority is higher.
    after_first_frame_ = EventSource::idle([this] { return first_frame_shown(), false; });
    return false;
  });
}

MainDialog::~MainDialog() {
  // Worker threads are waited for below, and nobody should see that.
  gtk_widget_hide(window_.get());
  gdk_display_flush(gtk_widget_get_display(window_.get()));
}

void MainDialog::build(GimpProcedureDialog* dialog) {
  append(setup_->preset_slot(), presets_->widget());
  setup_->align(presets_->label());
  append(setup_->account_slot(), account_line_->widget());
  append_end(setup_->suggest_slot(), suggestion_line_->button());
  append(setup_->suggestion_slot(), suggestion_line_->widget());
  pages_ = gtk_stack_new();
  gtk_widget_show_all(setup_->widget());
  GtkWidget* scrolled = gtk_scrolled_window_new(nullptr, nullptr);
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                 GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scrolled), TRUE);
  gtk_container_add(GTK_CONTAINER(scrolled), setup_->widget());
  controls_ = scrolled;
  header_ = bold_label("");
  gtk_label_set_ellipsize(GTK_LABEL(header_), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars(GTK_LABEL(header_), 40);
  GtkWidget* page = vertical_box(wide_gap);
  append(page, header_);
  append(page, scrolled, true);
  append(page, price_line_->widget());
  gtk_container_add(GTK_CONTAINER(pages_), page);
  gtk_container_add(GTK_CONTAINER(pages_), work_view_->widget());
  // GIMP's buttons stand so far inside; the scroll bar has its place beside the controls.
  for (GtkWidget* part : {header_, setup_->widget(), price_line_->widget(), work_view_->widget()}) {
    gtk_widget_set_margin_end(part, wide_gap);
  }
  gtk_widget_set_margin_bottom(work_view_->widget(), wide_gap);

  gtk_widget_set_hexpand(pages_, FALSE);
  gtk_widget_set_margin_start(pages_, narrow_gap);
  columns_ = gtk_paned_new(GTK_ORIENTATION_HORIZONTAL);
  gtk_paned_set_wide_handle(GTK_PANED(columns_), TRUE);
  gtk_paned_pack1(GTK_PANED(columns_), preview_->widget(), TRUE, FALSE);
  gtk_paned_pack2(GTK_PANED(columns_), pages_, FALSE, FALSE);
  gtk_widget_show_all(columns_);

  GtkWidget* content = gtk_dialog_get_content_area(GTK_DIALOG(dialog));
  dialog_parts_ = children_of(content);
  // GIMP's one set of saved settings would stand beside our presets.
  GtkWidget* ok = gtk_dialog_get_widget_for_response(GTK_DIALOG(dialog), GTK_RESPONSE_OK);
  std::erase_if(dialog_parts_, [ok](GtkWidget* part) {
    const bool has_ok = gtk_widget_is_ancestor(ok, part);
    if (!has_ok) set_visible(part, false);
    return !has_ok;
  });
  append(content, waiting_bar_->widget());
  append(content, columns_, true);
  gtk_box_reorder_child(GTK_BOX(content), waiting_bar_->widget(), 0);
  gtk_box_reorder_child(GTK_BOX(content), columns_, 1);
}

void MainDialog::first_frame_shown() {
  if (std::exchange(shown_, true)) return;
  accounts_.follow(setup_->get().settings);
  preview_->start();
  if (recovery_) recovery_->reload();
}

void MainDialog::follow_paid_preview() {
  gtk_widget_set_sensitive(controls_, !preview_->is_paying());
  gtk_dialog_set_response_sensitive(GTK_DIALOG(window_.get()), GTK_RESPONSE_OK,
                                    !preview_->is_paying());
  if (preview_->is_paying()) return;
  accounts_.refresh_balance();
  follow_choice();
}

void MainDialog::open_later(void (MainDialog::*window)()) {
  // A click by an assistive technology comes inside its message, and no other one is read before
  // that is answered.
  opening_ = EventSource::idle([this, window] { return (this->*window)(), false; });
}

void MainDialog::open_recovery() {
  const auto window =
      own(gtk_dialog_new_with_buttons(_("Unfinished Sharpening"), GTK_WINDOW(window_.get()),
                                      GTK_DIALOG_MODAL, _("_Close"), GTK_RESPONSE_CLOSE, nullptr));
  Connections while_open;
  offer_help(while_open, window.get(), home_, "unfinished");
  show_recovery(window.get(), *recovery_);
  gtk_widget_destroy(window.get());
}

void MainDialog::show_account_page() {
  const Settings settings = setup_->get().settings;
  // "Automatic" looks for a Topaz key first.
  const ServiceKind kind = service_from(settings.service).value_or(ServiceKind::topaz);
  show_account(GTK_WINDOW(window_.get()), kind, settings.service_url, home_, [this] {
    accounts_.refresh();
    follow_choice();
  });
}

void MainDialog::suggest() {
  suggestion_line_->set_looking();
  const std::size_t source = preview_->source_shown();
  const Source& about = host_.sources().at(source);
  const Rectangle whole{0, 0, int(about.width), int(about.height)};
  suggester_.start(source, whole, [this, source](const Result<std::string>& found) {
    if (!found) return show_suggestion(std::unexpected(found.error()));
    Suggestion suggestion = suggestion_from(*found);
    const auto& sources = host_.sources();
    if (sources.size() > 1)
      suggestion.text = tr("{}: {}", sources[source].layer_name, suggestion.text);
    show_suggestion(suggestion);
  });
}

void MainDialog::measure() {
  setup_->by_hand().set_measuring();
  const std::size_t source = preview_->source_shown();
  measurer_.start(
      source, preview_->part_to_measure(), [this, source](const Result<std::string>& found) {
        if (source != preview_->source_shown()) {
          setup_->by_hand().stop_measuring();
        } else if (found) {
          setup_->by_hand().set_measured(found_blur(*found), suggestion_from(*found).text);
        } else {
          setup_->by_hand().set_measured({}, found.error().text());
        }
      });
}

void MainDialog::show_suggestion(const Result<Suggestion>& found) {
  suggestion_ = found ? *found : Suggestion{found.error().text(), nullptr, false};
  const Model* model = suggestion_.model;
  const auto service = setup_->service_kind();
  std::string follow;
  if (model && suggestion_.needs_paid_service && service != ServiceKind::topaz) {
    // TRANSLATORS: a model on a service, "Super Focus V3 on Topaz Labs"
    follow = tr("Use {}", tr("{} on {}", _(model->title), _(title_of(ServiceKind::topaz))));
  } else if (model && setup_->get().settings.model != model->name) {
    follow = tr("Use {}", _(model->title));
  }
  suggestion_line_->show(model && follow.empty()
                             // TRANSLATORS: what is wrong with a picture, and a model
                             ? tr("{} {} is right for that.", suggestion_.text, _(model->title))
                             : suggestion_.text,
                         follow, !found);
}

void MainDialog::follow_suggestion() {
  const bool elsewhere =
      suggestion_.needs_paid_service && setup_->service_kind() != ServiceKind::topaz;
  if (suggestion_.model)
    setup_->choose_model(suggestion_.model->name,
                         elsewhere ? std::optional(ServiceKind::topaz) : std::nullopt);
  suggestion_line_->hide();
}

void MainDialog::set_needs_key(bool needs_key) {
  if (std::exchange(needs_key_, needs_key) == needs_key) return;
  GtkWidget* ok = gtk_dialog_get_widget_for_response(GTK_DIALOG(window_.get()), GTK_RESPONSE_OK);
  gtk_button_set_label(GTK_BUTTON(ok), needs_key ? _("Enter a _Key…") : _("Shar_pen"));
}

std::string MainDialog::what_is_sent() const {
  const auto& sources = host_.sources();
  if (sources.size() == 1) {
    const Source& source = sources.front();
    return source.has_selection
               // TRANSLATORS: a layer, and the width and height of what is sent in pixels
               ? tr("{}, selection of {} × {}", source.layer_name, source.width, source.height)
               : tr("{}, {} × {}", source.layer_name, source.width, source.height);
  }
  double pixels = 0;
  for (const Source& source : sources) pixels += double(source.width) * double(source.height);
  const std::string amount = number_text(pixels / 1e6, pixels < 1e5 ? 2 : 1);
  return trn("{} layer, {} MP", "{} layers, {} MP", sources.size(), sources.size(), amount);
}

void MainDialog::show_problem(const Error& error) { tell_user({error.text()}); }

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
  follow_choice();
}

void MainDialog::take_settings(const Settings& settings) {
  // All at once: on the way from one property to the next they fit no preset.
  writing_ = true;
  bridge_.write(config_, settings);
  writing_ = false;
  read_config();
}

void MainDialog::write_config(const Choice& choice) {
  writing_ = true;
  bridge_.write(config_, choice.settings);
  g_object_set(config_, "output-name", choice.output_name.c_str(), "keep-source-visible",
               gboolean{choice.keep_source_visible}, nullptr);
  writing_ = false;
}

void MainDialog::choice_changed() {
  const std::string service = bridge_.read(config_).service;
  const Choice choice = setup_->get();
  write_config(choice);
  service_chosen_ = service_chosen_ || choice.settings.service != service;
  const bool originals = choice.redo_original;
  host_.work_on_originals(originals);
  preview_->set_originals(originals);
  follow_choice();
}

void MainDialog::follow_choice() {
  const Choice choice = setup_->get();
  if (shown_) accounts_.follow(choice.settings);
  if (!accounts_.account()) {
    account_line_->set_looking();
    price_line_->set_account({});
    price_line_->set_notice("");
    preview_->set_account({});
  }
  account_line_->offer_account(choice.settings.service != word_of(ServiceKind::this_computer));
  set_text(header_, what_is_sent());
  price_line_->set_service(service_from(choice.settings.service));
  std::vector<PricedTask> tasks;
  for (std::size_t index = 0; index < host_.sources().size(); ++index) {
    const Source& source = host_.sources()[index];
    for (const Settings& settings : variants(choice)) {
      const bool paid = preview_->has(index, settings) ||
                        work_view_->kept().has(index, settings, choice.redo_original);
      tasks.push_back({source.width, source.height, settings, paid});
    }
  }
  price_line_->set_tasks(std::move(tasks));
  preview_->set_settings(choice.settings);
  presets_->follow(choice.settings);
}

void MainDialog::account_found(const Result<Account>& found) {
  const bool chosen = std::exchange(service_chosen_, false);
  const bool needs_key = !found && found.error().kind == ErrorKind::no_key;
  set_needs_key(needs_key);
  if (!found) {
    if (needs_key && chosen) open_later(&MainDialog::show_account_page);
    account_line_->set_problem(found.error());
    price_line_->set_account({});
    return preview_->set_account({}, needs_key
                                         ? _("Enter the key under “Account…” to see a preview.")
                                         : _("There is no preview until the service is reached."));
  }
  const ServiceKind kind = found->address.kind;
  const bool automatic = setup_->get().settings.service == "automatic";
  setup_->set_resolved(kind);
  account_line_->set_found(kind, automatic);
  price_line_->set_account(*found);
  const std::string host = host_of(found->address.base_url);
  const bool tell = kind != ServiceKind::this_computer && !memory_.knows_host(host);
  price_line_->set_notice(
      tell ? tr("The pixels of the layer (or of the selection and a margin) are sent to {}. "
                "Nothing else is: no name, no other layer, no metadata.",
                host)
           : "");
  preview_->set_account(*found);
  write_config(setup_->get());
  follow_choice();
}

void MainDialog::balance_found(const Result<Balance>& balance) {
  account_line_->set_balance(balance);
  if (balance) price_line_->set_balance(*balance);
}

void MainDialog::show_setup() {
  gtk_widget_set_size_request(preview_->widget(), -1, -1);
  gtk_widget_set_valign(preview_->widget(), GTK_ALIGN_FILL);
  gtk_stack_set_visible_child(GTK_STACK(pages_), children_of(pages_).front());
  for (GtkWidget* part : dialog_parts_) gtk_widget_show(part);
  GtkWidget* ok = gtk_dialog_get_widget_for_response(GTK_DIALOG(window_.get()), GTK_RESPONSE_OK);
  gtk_widget_grab_default(ok);  // a button that was hidden is not the default any more
  gtk_widget_grab_focus(ok);
}

Result<void> MainDialog::run() {
  for (;;) {
    show_setup();
    if (!gimp_procedure_dialog_run(GIMP_PROCEDURE_DIALOG(window_.get()))) {
      finish();
      return std::unexpected(cancelled_error());
    }
    if (needs_key_) {
      show_account_page();
      continue;
    }
    const Choice choice = setup_->get();
    write_config(choice);
    memory_.set_unfinished(choice);
    suggester_.stop();
    measurer_.stop();
    setup_->by_hand().stop_measuring();
    suggestion_line_->hide();
    preview_->pause();
    switch (work()) {
      case WorkView::End::placed:
        memory_.set_unfinished({});
        finish();
        return {};
      case WorkView::End::closed:
        finish();
        return std::unexpected(as_read(work_view_->error()));
      case WorkView::End::key:
        preview_->resume();
        show_setup();
        show_account_page();
        break;
      case WorkView::End::back:
        preview_->resume();
        break;
    }
  }
}

int MainDialog::usual_preview_width() const {
  int width = 0, height = 0, controls = 0;
  gtk_window_get_default_size(GTK_WINDOW(window_.get()), &width, &height);
  gtk_widget_get_preferred_width(pages_, nullptr, &controls);
  return std::max(1, width - controls - 3 * wide_gap);
}

void MainDialog::remember_look() {
  WindowLook look{.view = preview_->choice()};
  gtk_window_get_size(GTK_WINDOW(window_.get()), &look.width, &look.height);
  look.preview_width = gtk_paned_get_position(GTK_PANED(columns_));
  memory_.set_look(look);
}

void MainDialog::finish() {
  if (gtk_widget_get_visible(window_.get())) remember_look();
  gtk_widget_hide(window_.get());
  std::vector<std::string> notes = work_view_->notes();
  notes.push_back(preview_->finish());
  if (recovery_) notes.push_back(recovery_->finish());
  tell_end(std::move(notes), work_view_->findings());
}

WorkView::End MainDialog::work() {
  const Choice choice = setup_->get();
  const auto all = variants(choice);
  std::vector<Task> tasks;
  std::vector<std::string> titles;
  for (std::size_t source = 0; source < host_.sources().size(); ++source) {
    for (const Settings& settings : all) {
      const auto& layer = host_.sources()[source].layer_name;
      auto ready = work_view_->kept().take(source, settings, choice.redo_original);
      if (!ready) ready = preview_->take(source, settings);
      tasks.push_back({source, settings, std::move(ready)});
      titles.push_back(all.size() == 1 ? layer
                                       // TRANSLATORS: a layer and a model
                                       : tr("{}: {}", layer, model_title(settings.model)));
    }
  }
  Host::PlaceOptions options;
  options.output_name = choice.output_name;
  options.keep_source_visible = choice.keep_source_visible;
  options.group = all.size() > 1;
  options.redo_original = choice.redo_original;

  // The picture stays where it is while GIMP's own buttons are away.
  gtk_widget_set_size_request(preview_->widget(), -1,
                              gtk_widget_get_allocated_height(preview_->widget()));
  gtk_widget_set_valign(preview_->widget(), GTK_ALIGN_START);
  for (GtkWidget* part : dialog_parts_) gtk_widget_hide(part);
  gtk_stack_set_visible_child(GTK_STACK(pages_), work_view_->widget());
  if (const auto& account = accounts_.account()) {
    memory_.learn_host(host_of(account->address.base_url));
  }
  const std::string model = all.size() == 1 ? model_title(all.front().model)
                                            : trn("{} model", "{} models", all.size(), all.size());
  const auto kind = setup_->service_kind();
  // TRANSLATORS: a model on a service, "Lens Blur V2 on Topaz Labs"
  const std::string what = kind ? tr("{} on {}", model, _(title_of(*kind))) : model;
  return work_view_->run(host_, home_, std::move(tasks), options, titles, what,
                         price_line_->cost_text());
}

}  // namespace sharpen

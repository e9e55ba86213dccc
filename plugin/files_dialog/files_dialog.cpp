#include "plugin/files_dialog/files_dialog.h"

#include <utility>

#include "base/i18n.h"
#include "plugin/files/files_arguments.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/procedures/arguments.h"
#include "ui/dialog.h"
#include "ui/main_dialog.h"
#include "ui/pages/account_page.h"
#include "ui/widgets/help.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

constexpr const char* role = "remote-sharpen-files";
constexpr const char* procedure_name = "plug-in-remote-sharpen-files";

/// The values of the last time, in GIMP's own form for them.
Ref<GFile> memory_file(const Home& home) {
  return Ref<GFile>::adopt(g_file_new_for_path((home.user / "files.last").c_str()));
}

}  // namespace

FilesDialog::FilesDialog(GimpProcedureConfig* config, const Home& home)
    : config_(config),
      home_(home),
      window_(gimp_dialog_new(_("Remote Sharpen Files"), role, nullptr, GtkDialogFlags{},
                              gimp_standard_help_func, procedure_name, nullptr, nullptr)),
      memory_(home),
      accounts_(home,
                {[this](const Result<Account>& found) { follow_account(found); },
                 [this](const Result<Balance>& balance) { account_line_->set_balance(balance); }}) {
  setup_ = std::make_unique<SetupPage>([this] { follow(); });
  presets_ = std::make_unique<PresetBar>(
      Presets(home_.presets()),
      PresetBar::Events{[this](const Settings& settings) {
                          Choice choice = setup_->get();
                          choice.settings = settings;
                          setup_->set(choice);
                          follow();
                        },
                        [this] { return setup_->get().settings; },
                        [](const Error& error) { tell_user({error.text()}); }});
  account_line_ = std::make_unique<AccountLine>(
      [this] { later_ = EventSource::idle([this] { return show_account_page(), false; }); });
  page_ = std::make_unique<FilesPage>([this] { follow(); });
  table_ = std::make_unique<FilesTable>([this] { follow(); }, [this] { open_result(); });
  build();
  read_memory();
  show_setup();
}

FilesDialog::~FilesDialog() {
  gtk_widget_hide(window_.get());
  gdk_display_flush(gtk_widget_get_display(window_.get()));
}

GtkWidget* FilesDialog::add_button(const char* text, void (FilesDialog::*action)()) {
  GtkWidget* button = gtk_dialog_add_button(GTK_DIALOG(window_.get()), text, GTK_RESPONSE_NONE);
  connections_.on(button, "clicked", [this, action] {
    // What opens a window inside a message of an assistive technology would keep the next waiting.
    later_ = EventSource::idle([this, action] { return (this->*action)(), false; });
  });
  return button;
}

void FilesDialog::build() {
  gtk_window_set_default_size(GTK_WINDOW(window_.get()), 1000, 660);
  gimp_window_set_transient(GTK_WINDOW(window_.get()));
  offer_help(connections_, window_.get(), home_, "files");
  close_ = add_button(_("_Close"), &FilesDialog::close);
  back_ = add_button(_("_Back"), &FilesDialog::show_setup);
  cancel_all_ = add_button(_("Cancel _All"), &FilesDialog::cancel_all);
  dry_run_ = add_button(_("Dr_y Run"), &FilesDialog::dry_run);
  sharpen_ = add_button(_("Shar_pen"), &FilesDialog::sharpen);
  gtk_widget_set_tooltip_text(dry_run_, _("List the pictures and what they cost; send nothing"));

  pages_ = gtk_stack_new();
  setup_view_ = build_settings();
  table_view_ = build_table();
  gtk_container_add(GTK_CONTAINER(pages_), setup_view_);
  gtk_container_add(GTK_CONTAINER(pages_), table_view_);
  GtkWidget* content = gtk_dialog_get_content_area(GTK_DIALOG(window_.get()));
  gtk_widget_set_margin_bottom(pages_, wide_gap);
  append(content, pages_, true);
  gtk_container_set_border_width(GTK_CONTAINER(content), wide_gap);
  gtk_widget_show_all(pages_);

  connections_.on_event(window_.get(), "delete-event", [this](GdkEvent*) {
    close();
    return true;
  });
}

GtkWidget* FilesDialog::build_settings() {
  append(setup_->preset_slot(), presets_->widget());
  setup_->align(presets_->label());
  append(setup_->account_slot(), account_line_->widget());
  gtk_widget_show_all(setup_->widget());
  setup_->hide_layer_parts();
  GtkWidget* scrolled = gtk_scrolled_window_new(nullptr, nullptr);
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                 GTK_POLICY_AUTOMATIC);
  gtk_container_add(GTK_CONTAINER(scrolled), setup_->widget());
  gtk_widget_set_margin_end(setup_->widget(), wide_gap);
  notice_ = hint_label("");
  GtkWidget* settings = vertical_box(wide_gap);
  append(settings, scrolled, true);

  GtkWidget* tabs = gtk_notebook_new();
  gtk_container_set_border_width(GTK_CONTAINER(page_->widget()), wide_gap);
  gtk_container_set_border_width(GTK_CONTAINER(settings), wide_gap);
  gtk_notebook_append_page(GTK_NOTEBOOK(tabs), page_->widget(), gtk_label_new(_("Pictures")));
  gtk_notebook_append_page(GTK_NOTEBOOK(tabs), settings, gtk_label_new(_("Settings")));
  // It is told once, so it has to be seen from either tab.
  GtkWidget* view = vertical_box(wide_gap);
  append(view, tabs, true);
  append(view, notice_);
  return view;
}

GtkWidget* FilesDialog::build_table() {
  GtkWidget* view = vertical_box(wide_gap);
  append(view, table_->widget(), true);
  GtkWidget* row = horizontal_box();
  const auto button = [&](const char* text, void (FilesDialog::*action)()) {
    GtkWidget* made = text_button(text);
    append(row, made);
    connections_.on(made, "clicked", [this, action] {
      later_ = EventSource::idle([this, action] { return (this->*action)(), false; });
    });
    return made;
  };
  cancel_one_ = button(_("Cancel the P_icture"), &FilesDialog::cancel_one);
  open_ = button(_("_Open the Result"), &FilesDialog::open_result);
  append(view, row);
  bar_ = gtk_progress_bar_new();
  append(view, bar_);
  said_ = text_label("");
  gtk_label_set_line_wrap(GTK_LABEL(said_), TRUE);
  gtk_label_set_max_width_chars(GTK_LABEL(said_), 80);
  append(view, said_);
  return view;
}

void FilesDialog::read_memory() {
  const auto file = memory_file(home_);
  if (g_file_query_exists(file.get(), nullptr))
    gimp_config_deserialize_file(GIMP_CONFIG(config_), file.get(), nullptr, nullptr);
  if (const auto options = read_files_options(config_)) page_->set(*options);
  Choice choice = setup_->get();
  choice.settings = config_bridge().read(config_);
  choice.settings.max_cost.reset();
  setup_->set(choice);
}

void FilesDialog::remember(const FilesOptions& options, const Settings& settings) {
  config_bridge().write(config_, settings);
  write_files_options(config_, options);
  if (!gimp_config_serialize_to_file(GIMP_CONFIG(config_), memory_file(home_).get(), "", "",
                                     nullptr, nullptr))
    g_warning("The settings could not be kept in %s.", home_.user.c_str());
}

void FilesDialog::follow() {
  const Settings settings = setup_->get().settings;
  accounts_.follow(settings);
  presets_->follow(settings);
  account_line_->offer_account(settings.service != word_of(ServiceKind::this_computer));
  if (!accounts_.account()) account_line_->set_looking();
  const bool in_table = gtk_stack_get_visible_child(GTK_STACK(pages_)) == table_view_;
  const FileItem* item = chosen();
  set_visible(cancel_all_, in_table && running());
  set_visible(back_, in_table && !running());
  set_visible(dry_run_, !in_table);
  set_visible(sharpen_, !in_table || (run_ && finished_ && run_->dry_run()));
  gtk_widget_set_sensitive(dry_run_, page_->is_complete());
  gtk_widget_set_sensitive(sharpen_, page_->is_complete());
  gtk_widget_set_sensitive(cancel_one_, running() && item && !is_final(item->state));
  const bool has_result =
      item && (item->state == FileState::done || item->state == FileState::had_it);
  gtk_widget_set_sensitive(open_, has_result);
}

void FilesDialog::follow_account(const Result<Account>& found) {
  if (!found) return account_line_->set_problem(found.error());
  const ServiceKind kind = found->address.kind;
  setup_->set_resolved(kind);
  account_line_->set_found(kind, setup_->get().settings.service == "automatic");
  const std::string host = host_of(found->address.base_url);
  const bool tell = kind != ServiceKind::this_computer && !memory_.knows_host(host);
  set_text(notice_, tell ? tr("The pixels of the pictures are sent to {}. Nothing else is: no "
                              "name, no metadata.",
                              host)
                         : "");
}

void FilesDialog::show_account_page() {
  const Settings settings = setup_->get().settings;
  // "Automatic" looks for a Topaz key first.
  const ServiceKind kind = service_from(settings.service).value_or(ServiceKind::topaz);
  show_account(GTK_WINDOW(window_.get()), kind, settings.service_url, home_,
               [this] { accounts_.refresh(); });
}

void FilesDialog::begin(bool dry_run) {
  if (running()) return;
  FilesOptions options = page_->get();
  const Settings settings = setup_->get().settings;
  remember(options, settings);
  options.dry_run = dry_run;
  table_->clear();
  pace_.stop();
  run_.reset();
  ended_ = 0;
  finished_ = false;
  auto run = FilesRun::prepare(std::move(options), settings, home_,
                               {.changed = [this](std::size_t index) { file_changed(index); },
                                .finished = [this] { run_finished(); }});
  if (!run) {
    show_setup();
    return tell_user({run.error().text()});
  }
  if (const auto& account = accounts_.account(); account && !dry_run)
    memory_.learn_host(host_of(account->address.base_url));
  run_ = *std::move(run);
  table_->show(run_->items());
  gtk_stack_set_visible_child(GTK_STACK(pages_), table_view_);
  since_ = std::chrono::steady_clock::now();
  show_pace();
  follow();
  run_->start();
}

void FilesDialog::file_changed(std::size_t index) {
  ended_ += is_final(run_->items().at(index).state);
  table_->follow(index, run_->unit());
  constexpr unsigned pace_milliseconds = 200;
  if (pace_.active()) return;
  pace_ = EventSource::timeout(pace_milliseconds, [this] {
    show_pace();
    follow();
    return false;
  });
}

void FilesDialog::show_pace() {
  const FileTotals totals = run_->totals();
  gtk_progress_bar_set_fraction(
      GTK_PROGRESS_BAR(bar_),
      totals.files == 0 ? 0 : static_cast<double>(ended_) / static_cast<double>(totals.files));
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count();
  if (!finished_) say(pace_text(ended_, totals.files, seconds, totals.cost, totals.unit), false);
}

void FilesDialog::run_finished() {
  finished_ = true;
  show_pace();
  const FileTotals totals = run_->totals();
  std::string text = totals.sentence(run_->dry_run());
  if (run_->stopped()) text += " " + run_->stopped()->text();
  say(text, totals.failed + totals.not_sent > 0);
  accounts_.refresh_balance();
  follow();
  if (closing_) loop_.quit();
}

void FilesDialog::say(const std::string& text, bool is_problem) {
  set_text(said_, text);
  set_warning_colour(said_, is_problem);
}

const FileItem* FilesDialog::chosen() const {
  const auto index = table_->selected();
  return run_ && index ? &run_->items().at(*index) : nullptr;
}

void FilesDialog::show_setup() {
  if (running()) return;
  gtk_stack_set_visible_child(GTK_STACK(pages_), setup_view_);
  follow();
}

void FilesDialog::cancel_all() {
  if (running()) run_->cancel();
}

void FilesDialog::cancel_one() {
  if (const auto index = table_->selected(); index && running()) run_->cancel(*index);
}

void FilesDialog::open_result() {
  const FileItem* item = chosen();
  if (!item || (item->state != FileState::done && item->state != FileState::had_it)) return;
  const auto file = Ref<GFile>::adopt(g_file_new_for_path(item->output.c_str()));
  GimpImage* image = gimp_file_load(GIMP_RUN_NONINTERACTIVE, file.get());
  if (!image) return say(tr("GIMP cannot open {}.", display_name(item->output)), true);
  // Nothing is lost if it is closed.
  gimp_image_clean_all(image);
  if (item->output.extension() == ".xcf") gimp_image_set_file(image, file.get());
  gimp_display_new(image);
}

void FilesDialog::close() {
  if (!running()) return loop_.quit();
  // What was paid for is not left half-way: the end of the run ends the window.
  closing_ = true;
  gtk_widget_set_sensitive(close_, FALSE);
  run_->cancel();
}

void FilesDialog::run() {
  gtk_widget_show(window_.get());
  loop_.run();
}

Result<void> run_files_dialog(GimpProcedureConfig* config, const Home& home) {
  if (auto begun = begin_windows(); !begun) return begun;
  FilesDialog(config, home).run();
  return {};
}

}  // namespace sharpen

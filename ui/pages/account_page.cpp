#include "ui/pages/account_page.h"

#include <memory>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "ui/widgets/help.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

const char* key_page_of(ServiceKind kind) {
  switch (kind) {
    case ServiceKind::topaz:
      return "https://developer.topazlabs.com/";
    case ServiceKind::aimlapi:
      return "https://aimlapi.com/app/keys";
    default:
      return nullptr;
  }
}

std::string place_text(KeyPlace place) {
  switch (place) {
    case KeyPlace::environment:
      return _("A key comes from an environment variable, which is asked first.");
    case KeyPlace::keyring:
      return _("A key is stored in the system's keyring.");
    case KeyPlace::file:
      break;
  }
  return _("A key is stored in a file that only you can read.");
}

}  // namespace

AccountPage::AccountPage(ServiceKind kind, std::string url, Home home,
                         std::function<void()> changed)
    : kind_(kind),
      url_(url.empty() ? official_url(kind) : std::move(url)),
      home_(std::move(home)),
      changed_(std::move(changed)),
      box_(own(vertical_box(wide_gap))) {
  kept_ = hint_label(_("Looking for a key…"), 48);
  append(box_.get(), kept_);

  GtkWidget* row = horizontal_box(wide_gap);
  entry_ = gtk_entry_new();
  gtk_entry_set_visibility(GTK_ENTRY(entry_), FALSE);
  gtk_entry_set_input_purpose(GTK_ENTRY(entry_), GTK_INPUT_PURPOSE_PASSWORD);
  gtk_entry_set_placeholder_text(GTK_ENTRY(entry_), _("Paste the key here"));
  append(row, mnemonic_label(_("_Key:"), entry_));
  append(row, entry_, true);
  test_ = text_button(_("_Test"));
  gtk_widget_set_tooltip_text(test_, _("Asks the service for your balance; costs nothing."));
  append(row, test_);
  append(box_.get(), row);
  answer_ = hint_label("", 48);
  append(box_.get(), answer_);
  build_places(box_.get());

  if (const char* page = key_page_of(kind_)) {
    GtkWidget* link = gtk_link_button_new_with_label(
        page, tr("Where you get a key for {}", _(title_of(kind_))).c_str());
    gtk_widget_set_halign(link, GTK_ALIGN_START);
    append(box_.get(), link);
  }
  buttons_ = horizontal_box();
  forget_ = text_button(_("_Forget the Key"));
  save_ = text_button(_("_Save the Key"));
  append(buttons_, forget_);
  append_end(buttons_, save_);
  append(box_.get(), buttons_);

  connections_.on(entry_, "changed", [this] { follow(); });
  connections_.on(entry_, "activate", [this] {
    if (!key().empty()) save();
  });
  connections_.on(test_, "clicked", [this] { test(); });
  connections_.on(save_, "clicked", [this] { save(); });
  connections_.on(forget_, "clicked", [this] { forget(); });
  follow();
  gtk_widget_set_sensitive(forget_, FALSE);
  look();
}

void AccountPage::build_places(GtkWidget* rows) {
  in_keyring_ = radio_button(_("Store it in the system's key_ring"));
  in_file_ =
      radio_button(_("Store it in a file that only _you can read (not encrypted)"), in_keyring_);
  append(rows, in_keyring_);
  append(rows, in_file_);
}

std::string AccountPage::key() const {
  std::string text = gtk_entry_get_text(GTK_ENTRY(entry_));
  const auto is_space = [](char c) { return g_ascii_isspace(c); };
  while (!text.empty() && is_space(text.back())) text.pop_back();
  while (!text.empty() && is_space(text.front())) text.erase(0, 1);
  return text;
}

std::string AccountPage::origin() const {
  const auto uri = Ref<GUri>::adopt(g_uri_parse(url_.c_str(), G_URI_FLAGS_NONE, nullptr));
  if (!uri || !g_uri_get_host(uri.get())) return url_;
  const OwnedChars text(g_uri_join(G_URI_FLAGS_NONE, g_uri_get_scheme(uri.get()), nullptr,
                                   g_uri_get_host(uri.get()), g_uri_get_port(uri.get()), "",
                                   nullptr, nullptr));
  return text.get();
}

void AccountPage::say(const std::string& text, bool is_problem) {
  set_text(answer_, text);
  set_warning_colour(answer_, is_problem);
  set_class(answer_, "dim-label", !is_problem);
}

void AccountPage::follow() {
  const bool typed = !key().empty();
  gtk_widget_set_sensitive(save_, typed);
  gtk_widget_set_sensitive(test_, typed || !found_key_.empty());
}

void AccountPage::look() {
  work_.start([kind = kind_, origin = origin(), home = home_](
                  GCancellable* cancellable) { return find_key(kind, origin, home, cancellable); },
              [this](const Result<std::optional<FoundKey>>& found) { show_found(found); });
}

void AccountPage::show_found(const Result<std::optional<FoundKey>>& found) {
  found_key_.clear();
  if (!found) {
    set_text(kept_, found.error().text());
  } else if (!*found) {
    std::string text = _("No key is stored.");
    if (key_page_of(kind_)) {
      text += " " + std::string(_("Create one on the page below, then paste it here."));
    }
    set_text(kept_, text);
  } else {
    found_key_ = (*found)->key;
    set_text(kept_, place_text((*found)->place));
  }
  const bool forgettable = found && *found && (*found)->place != KeyPlace::environment;
  gtk_widget_set_sensitive(forget_, forgettable);
  follow();
}

void AccountPage::test() {
  say(_("Asking…"), false);
  ServiceAddress address;
  address.kind = kind_;
  address.base_url = url_;
  address.key = key().empty() ? found_key_ : key();
  address.ca_file = home_.ca_file;
  work_.start(
      [address](GCancellable* cancellable) -> Result<Balance> {
        const auto service = open_service(address);
        if (!service) return std::unexpected(service.error());
        return (*service)->balance(cancellable);
      },
      [this](const Result<Balance>& balance) {
        if (!balance) return say(balance.error().text(), true);
        std::string answer =
            tr("The key works: {}.", amount_text(balance->available, balance->unit));
        if (!key().empty()) answer += " " + std::string(_("Save it to use it."));
        say(answer, false);
      });
}

void AccountPage::save() {
  const bool in_file = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(in_file_));
  work_.start(
      [kind = kind_, origin = origin(), key = key(), home = home_,
       place = in_file ? KeyPlace::file : KeyPlace::keyring](GCancellable* cancellable) {
        return store_key(kind, origin, key, place, home, cancellable);
      },
      [this](const Result<void>& stored) {
        if (!stored) return say(stored.error().text(), true);
        gtk_entry_set_text(GTK_ENTRY(entry_), "");
        say(_("The key is saved."), false);
        changed_();
        look();
      });
}

void AccountPage::forget() {
  work_.start(
      [kind = kind_, origin = origin(), home = home_](GCancellable* cancellable) {
        return forget_key(kind, origin, home, cancellable);
      },
      [this](const Result<void>& gone) {
        if (!gone) return say(gone.error().text(), true);
        say(_("The key is forgotten."), false);
        changed_();
        look();
      });
}

void show_account(GtkWindow* parent, ServiceKind kind, const std::string& url, const Home& home,
                  const std::function<void()>& changed) {
  const std::string title = tr("Account at {}", _(title_of(kind)));
  const auto window =
      own(gtk_dialog_new_with_buttons(title.c_str(), parent, GTK_DIALOG_MODAL, nullptr, nullptr));
  {
    Connections while_open;
    offer_help(while_open, window.get(), home, "key");
    AccountPage page(kind, url, home, changed);
    GtkWidget* close = text_button(_("_Close"));
    append_end(page.buttons(), close);
    while_open.on(close, "clicked", [dialog = GTK_DIALOG(window.get())] {
      gtk_dialog_response(dialog, GTK_RESPONSE_CLOSE);
    });
    GtkWidget* content = gtk_dialog_get_content_area(GTK_DIALOG(window.get()));
    gtk_container_set_border_width(GTK_CONTAINER(content), wide_gap);
    // The dialog's own button area is empty, but would still take its margins.
    for (GtkWidget* part : children_of(content)) set_visible(part, false);
    append(content, page.widget(), true);
    gtk_window_set_resizable(GTK_WINDOW(window.get()), FALSE);
    gtk_widget_show_all(window.get());
    gtk_widget_grab_focus(page.entry());
    gtk_dialog_run(GTK_DIALOG(window.get()));
  }
  gtk_widget_destroy(window.get());
}

}  // namespace sharpen

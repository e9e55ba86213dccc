#include "ui/widgets/help.h"

#include "base/glib_error.h"
#include "base/glib_ref.h"
#include "base/i18n.h"

namespace sharpen {
namespace {

/// A handler of "file:" addresses may take paths only: they have no section.
bool open_section(GtkWidget* parent, std::string uri, const std::string& section) {
  const auto browser = Ref<GAppInfo>::adopt(g_app_info_get_default_for_type("text/html", TRUE));
  if (!browser || section.empty()) return false;
  uri += "#" + section;
  GList uris{uri.data(), nullptr, nullptr};
  const auto context = Ref<GdkAppLaunchContext>::adopt(
      gdk_display_get_app_launch_context(gtk_widget_get_display(parent)));
  return g_app_info_launch_uris(browser.get(), &uris, G_APP_LAUNCH_CONTEXT(context.get()), nullptr);
}

void open_help(GtkWidget* dialog, const Home& home, const std::string& section) {
  const std::string page = home.program / "help" / "remote-sharpen.html";
  const auto file = Ref<GFile>::adopt(g_file_new_for_path(page.c_str()));
  const OwnedChars uri(g_file_get_uri(file.get()));
  auto* parent = GTK_WINDOW(dialog);
  GErrorGuard error;
  if (g_file_query_exists(file.get(), nullptr) &&
      (open_section(dialog, uri.get(), section) ||
       gtk_show_uri_on_window(parent, uri.get(), GDK_CURRENT_TIME, error.out()))) {
    return;
  }
  GtkWidget* message = gtk_message_dialog_new(
      parent, GtkDialogFlags(GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT), GTK_MESSAGE_INFO,
      GTK_BUTTONS_CLOSE, "%s", _("The manual page could not be opened."));
  gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(message), "%s", page.c_str());
  g_signal_connect(message, "response", G_CALLBACK(gtk_widget_destroy), nullptr);
  gtk_widget_show(message);
}

/// GIMP's own button looks for the page in GIMP's manual, and tells nobody that it was pressed.
void replace_help_button(Connections& connections, GtkWidget* old, std::function<void()> open) {
  GtkWidget* row = gtk_widget_get_parent(old);
  set_visible(old, false);
  GtkWidget* button = text_button(_("_Help"));
  gtk_container_add(GTK_CONTAINER(row), button);
  gtk_button_box_set_child_secondary(GTK_BUTTON_BOX(row), button, TRUE);
  gtk_widget_show(button);
  connections.on(button, "clicked", std::move(open));
}

}  // namespace

void offer_help(Connections& connections, GtkWidget* dialog, const Home& home,
                const std::string& section) {
  const auto open = [dialog, home, section] { open_help(dialog, home, section); };
  if (GtkWidget* old = gtk_dialog_get_widget_for_response(GTK_DIALOG(dialog), GTK_RESPONSE_HELP)) {
    replace_help_button(connections, old, open);
  }
  connections.on_event(dialog, "key-press-event", [open](GdkEvent* event) {
    if (event->key.keyval != GDK_KEY_F1) return false;
    open();
    return true;
  });
}

}  // namespace sharpen

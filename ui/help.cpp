#include "ui/help.h"

#include "base/glib_error.h"
#include "base/glib_ref.h"
#include "base/i18n.h"

namespace sharpen {

void open_help(GtkWindow* parent, const Home& home) {
  const std::string page = home.program / "help" / "remote-sharpen.html";
  const auto file = Ref<GFile>::adopt(g_file_new_for_path(page.c_str()));
  const OwnedChars uri(g_file_get_uri(file.get()));
  GErrorGuard error;
  if (g_file_query_exists(file.get(), nullptr) &&
      gtk_show_uri_on_window(parent, uri.get(), GDK_CURRENT_TIME, error.out())) {
    return;
  }
  GtkWidget* message =
      gtk_message_dialog_new(parent, GTK_DIALOG_MODAL, GTK_MESSAGE_INFO, GTK_BUTTONS_CLOSE, "%s",
                             _("The manual page could not be opened."));
  gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(message), "%s", page.c_str());
  gtk_dialog_run(GTK_DIALOG(message));
  gtk_widget_destroy(message);
}

}  // namespace sharpen

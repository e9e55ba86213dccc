#pragma once

#include <gtk/gtk.h>

#include <string>

#include "client/home.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// Lets F1 and the Help button of a dialog, if GIMP gave it one, open the installed manual page in
/// the user's browser, at the section with this id. If that fails, it is said where the page should
/// be.
void offer_help(Connections& connections, GtkWidget* dialog, const Home& home,
                const std::string& section = {});

}  // namespace sharpen

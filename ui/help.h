#pragma once

#include <gtk/gtk.h>

#include "client/home.h"

namespace sharpen {

/// Opens the installed manual page in the user's browser; says where it should be if it is not.
void open_help(GtkWindow* parent, const Home& home);

}  // namespace sharpen

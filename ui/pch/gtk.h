#pragma once

// See base/pch/std.h.

#include <gtk/gtk.h>

#include "base/pch/std.h"

#pragma once

// See base/pch/std.h.

#include <libgimp/gimp.h>

#include "base/pch/std.h"

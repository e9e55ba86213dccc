#pragma once

// See base/pch/std.h.

#include <libsoup/soup.h>

#include "base/pch/std.h"

#pragma once

// See base/pch/std.h.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/pch/std.h"

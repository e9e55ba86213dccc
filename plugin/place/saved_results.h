#pragma once

#include "client/home.h"

namespace sharpen {

/// Forgets the placed jobs of this GIMP whose open image was saved or exported since: their results
/// cannot be lost any more. Main thread only.
void forget_saved_results(const Home& home);

}  // namespace sharpen

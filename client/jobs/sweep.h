#pragma once

#include "client/home.h"

namespace sharpen {

/// Removes from the spool folder what killed runs left there: files of more than two days that no
/// job of the journal names, nor the name of whose picture they have. Without a journal that can be
/// read nothing is removed.
void sweep_spool(const Home& home);

}  // namespace sharpen

#pragma once

#include "client/home.h"

namespace sharpen {

/// Removes what nobody needs any more: placed jobs whose image was saved as an XCF file meanwhile
/// or whose time at the service is over; and from the spool folder what killed runs left there.
/// A file that a job of the journal names stays, and what has the name of its picture. Without a
/// journal that can be read nothing is removed. Reads the disk.
void sweep(const Home& home);

}  // namespace sharpen

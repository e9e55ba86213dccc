#pragma once

namespace sharpen {

/// Lets GIO speak TLS where the system has no module for it, with that of the folder `gio-modules`
/// beside the program, if there is one. Call it before the first connection.
void provide_tls();

}  // namespace sharpen

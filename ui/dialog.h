#pragma once

#include <libgimp/gimp.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "client/home.h"
#include "client/providers/settings.h"
#include "ui/host.h"

namespace sharpen {

/// The procedure's arguments as plain settings and back. Implemented in
/// plugin/procedures/arguments.cpp.
struct ConfigBridge {
  Settings (*read)(GimpProcedureConfig*);
  void (*write)(GimpProcedureConfig*, const Settings&);
};

class RecoverHost;

/// Before the first window. Errors: bad_argument where there is no screen.
[[nodiscard]] Result<void> begin_windows();

/// Shows the dialog (set up, progress, done or error) and works until the user is through: layers
/// are in the image, or nothing was changed. ErrorKind::cancelled if the user closed it.
/// With `recover` it also offers the unfinished jobs of earlier runs.
/// Source: libgimp's GimpProcedureDialog. Main thread only.
[[nodiscard]] Result<void> run_dialog(GimpProcedure* procedure, GimpProcedureConfig* config,
                                      const ConfigBridge& bridge, Host& host, const Home& home,
                                      RecoverHost* recover = nullptr);

/// Repeats with the given settings: only the progress page (WITH_LAST_VALS).
[[nodiscard]] Result<void> run_progress(const Settings& settings, Host& host, const Home& home,
                                        const Host::PlaceOptions& options);

/// The list of unfinished jobs with Fetch / Cancel / Forget.
class RecoverHost {
 public:
  virtual ~RecoverHost() = default;
  /// Places a fetched result into its image if that is open, else into a new one. Returns what was
  /// done, as sentences.
  [[nodiscard]] virtual Result<std::string> place_recovered(
      const JournalEntry& entry, JobResult& result, const ProcessEvents& process_events) = 0;
};
[[nodiscard]] Result<void> run_recover_dialog(RecoverHost& host, const Home& home);

}  // namespace sharpen

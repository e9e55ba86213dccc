#pragma once

#include <libgimp/gimp.h>

#include <span>
#include <string>

#include "base/error.h"
#include "client/providers/settings.h"
#include "plugin/procedures/recover.h"
#include "ui/dialog.h"

namespace sharpen {

/// A setting that is a word or a text.
struct WordArgument {
  const char* name;
  const char* title;  ///< N_(), with a mnemonic
  const char* help;   ///< N_()
  const char* value;  ///< default
};
[[nodiscard]] std::span<const WordArgument> word_arguments();

/// Adds the settings that each picture of a run is sharpened with: word_arguments() and
/// parameters().
void add_setting_arguments(GimpProcedure* procedure);

/// Adds every argument of plug-in-remote-sharpen. Their names are part of the interface of scripts
/// and never change. Words are strings that we check ourselves, since GIMP 3.0 takes the default
/// for an unknown word of a GimpChoice and reports success.
void add_arguments(GimpProcedure* procedure);

/// The arguments as settings. Errors: bad_argument, with the argument's name.
[[nodiscard]] Result<Settings> read_settings(GimpProcedureConfig* config);
/// The same before check(), for a preset that they are put over.
[[nodiscard]] Result<Settings> read_unchecked_settings(GimpProcedureConfig* config);
/// The arguments that say where the result goes.
[[nodiscard]] Host::PlaceOptions read_place_options(GimpProcedureConfig* config);

/// Puts the values of the last run into `config` where libgimp took those that a run had left on
/// `image`, for an image may come from a stranger: they could name a server.
void forget_values_of(GimpImage* image, GimpProcedureConfig* config);

/// The arguments of plug-in-remote-sharpen-recover, and their values. Errors: bad_argument.
void add_recover_arguments(GimpProcedure* procedure);
[[nodiscard]] Result<RecoverOptions> read_recover_options(GimpProcedureConfig* config);

/// For the dialog: reads what is right and leaves the rest at its default.
[[nodiscard]] ConfigBridge config_bridge();

}  // namespace sharpen

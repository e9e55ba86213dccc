#include <libgimp/gimp.h>

#include <string_view>

#include "plugin/command/command.h"
#include "plugin/procedures/plug_in.h"

int main(int argc, char** argv) {
  // GIMP says so; everybody else types the shell command. Source: gimp_main() in libgimp/gimp.c.
  const bool by_gimp = argc > 1 && argv[1] == std::string_view("-gimp");
  if (!by_gimp) return sharpen::run_command(argc, argv, REMOTE_SHARPEN_VERSION);
  // babl would measure for every kind of picture whether tables are faster, which takes 350 MB.
  // Source: measure_timings() in babl-fish-path.c.
  g_setenv("BABL_LUT", "0", /*overwrite=*/false);
  return gimp_main(sharpen::plug_in_type(), argc, argv);
}

#include <libgimp/gimp.h>

#include "plugin/procedures/plug_in.h"

int main(int argc, char** argv) {
  // babl would measure for every kind of picture whether tables are faster, which takes 350 MB.
  // Source: measure_timings() in babl-fish-path.c.
  g_setenv("BABL_LUT", "0", /*overwrite=*/false);
  return gimp_main(sharpen::plug_in_type(), argc, argv);
}

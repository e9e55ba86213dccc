#include <libgimp/gimp.h>

#include "plugin/plug_in.h"

int main(int argc, char** argv) { return gimp_main(sharpen::plug_in_type(), argc, argv); }

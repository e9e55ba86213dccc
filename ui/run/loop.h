#pragma once

#include <glib.h>

#include "base/glib_ref.h"

namespace sharpen {

/// A main loop of our own, left by quit().
class Loop {
 public:
  void run() { g_main_loop_run(loop_.get()); }
  void quit() { g_main_loop_quit(loop_.get()); }

 private:
  Ref<GMainLoop> loop_ = Ref<GMainLoop>::adopt(g_main_loop_new(nullptr, FALSE));
};

}  // namespace sharpen

// Loaded into GIMP's plug-ins by bench/start.py (LD_PRELOAD): writes into the file $WATCH_LOG when
// a plug-in has painted its first frame, and how long its main loop was kept from waiting after
// that. While there is a file $WATCH_AREA with a box of the window (X Y WIDTH HEIGHT), also which
// parts of that box each frame has changed.
//
// One line each: PROGRAM frame SECONDS-SINCE-PROCESS-START, PROGRAM block SECONDS, PROGRAM painted
// TIME COLUMN,ROW…; TIME is that of the system's monotonic clock, a part is a square of 32 pixels.
// Time in calls to GIMP (its wire) is GIMP's, and does not count.

#include <dlfcn.h>
#include <errno.h>
#include <gdk/gdk.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <format>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

/// What is known of this process; only its main thread reads and writes it.
struct Watch {
  bool painted = false;
  Clock::time_point woken;
  Seconds in_gimp{0}, longest{0};
  int depth = 0;
  std::map<std::pair<int, int>, std::size_t> parts;  ///< hashes of what was painted last
};

struct Unref {
  void operator()(GdkPixbuf* pixels) const { g_object_unref(pixels); }
};

Watch& watch() {
  static Watch state;
  return state;
}

void report(const char* what, double seconds) {
  if (const char* path = std::getenv("WATCH_LOG"))
    std::ofstream(path, std::ios::app)
        << std::format("{} {} {:.4f}\n", program_invocation_short_name, what, seconds);
}

/// By the kernel's clock, in whose ticks (1/100 s) the start is given.
double seconds_since_start() {
  std::ifstream file("/proc/self/stat");
  std::stringstream text;
  text << file.rdbuf();
  // The name in parentheses may hold spaces; the start is field 22, 19 after the state.
  const std::string all = text.str();
  std::istringstream fields(all.substr(all.rfind(')') + 1));
  std::string field;
  for (int i = 0; i < 20; ++i) fields >> field;
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9 -
         std::stod(field) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// A number of what a square of a picture shows.
std::size_t hash_of(const GdkPixbuf* pixels, int left, int top, int side) {
  const auto stride = static_cast<std::size_t>(gdk_pixbuf_get_rowstride(pixels));
  const auto depth = static_cast<std::size_t>(gdk_pixbuf_get_n_channels(pixels));
  const std::size_t length =
      depth * static_cast<std::size_t>(std::min(side, gdk_pixbuf_get_width(pixels) - left));
  const guint8* bytes = gdk_pixbuf_read_pixels(pixels);
  std::size_t all = 0;
  for (int y = top; y < std::min(top + side, gdk_pixbuf_get_height(pixels)); ++y) {
    const guint8* row = bytes + static_cast<std::size_t>(y) * stride;
    const std::string_view text(
        reinterpret_cast<const char*>(row + depth * static_cast<std::size_t>(left)), length);
    all = all * 31 + std::hash<std::string_view>()(text);
  }
  return all;
}

void note_painted(GdkWindow* window) {
  constexpr int side = 32;
  const char* file = std::getenv("WATCH_AREA");
  std::ifstream area(file ? file : "");
  int left = 0, top = 0, width = 0, height = 0;
  if (!(area >> left >> top >> width >> height)) return watch().parts.clear();
  if (gdk_window_get_width(window) < left + width || gdk_window_get_height(window) < top + height)
    return;
  const double now = Seconds(Clock::now().time_since_epoch()).count();
  const std::unique_ptr<GdkPixbuf, Unref> pixels(
      gdk_pixbuf_get_from_window(window, left, top, width, height));
  if (!pixels) return;
  std::string changed;
  for (int y = 0; y < height; y += side) {
    for (int x = 0; x < width; x += side) {
      const std::size_t hash = hash_of(pixels.get(), x, y, side);
      if (std::exchange(watch().parts[{x / side, y / side}], hash) != hash)
        changed += std::format(" {},{}", x / side, y / side);
    }
  }
  if (const char* path = std::getenv("WATCH_LOG"); path && !changed.empty())
    std::ofstream(path, std::ios::app)
        << std::format("{} painted {:.4f}{}\n", program_invocation_short_name, now, changed);
}

void note_block() {
  auto& state = watch();
  const Seconds busy = Clock::now() - state.woken - state.in_gimp;
  if (busy <= state.longest) return;
  state.longest = busy;
  report("block", busy.count());
}

int poll_and_watch(GPollFD* files, guint count, int timeout) {
  auto& state = watch();
  note_block();
  const int ready = g_poll(files, count, timeout);
  state.woken = Clock::now();
  state.in_gimp = Seconds{0};
  return ready;
}

/// Runs the real function of this name, and books its time as GIMP's.
template <typename... Arguments>
int in_gimp(const char* name, Arguments... arguments) {
  const auto real = reinterpret_cast<int (*)(Arguments...)>(dlsym(RTLD_NEXT, name));
  if (getpid() != gettid()) return real(arguments...);
  auto& state = watch();
  const auto start = Clock::now();
  ++state.depth;
  const int answer = real(arguments...);
  if (--state.depth == 0) state.in_gimp += Clock::now() - start;
  return answer;
}

}  // namespace

extern "C" {

// GTK paints every frame between gdk_window_begin_draw_frame and this.
void gdk_window_end_draw_frame(GdkWindow* window, GdkDrawingContext* context) {
  const auto real = reinterpret_cast<void (*)(GdkWindow*, GdkDrawingContext*)>(
      dlsym(RTLD_NEXT, "gdk_window_end_draw_frame"));
  real(window, context);
  auto& state = watch();
  note_painted(window);
  if (state.painted) return;
  state.painted = true;
  gdk_display_flush(gdk_window_get_display(window));
  report("frame", seconds_since_start());
  state.woken = Clock::now();
  g_main_context_set_poll_func(nullptr, poll_and_watch);
}

// The last thing that a loop does is not followed by a wait.
void g_main_loop_quit(GMainLoop* loop) {
  if (watch().painted && getpid() == gettid()) note_block();
  reinterpret_cast<void (*)(GMainLoop*)>(dlsym(RTLD_NEXT, "g_main_loop_quit"))(loop);
}

gboolean gimp_wire_read_msg(GIOChannel* channel, void* message, void* data) {
  return in_gimp("gimp_wire_read_msg", channel, message, data);
}
gboolean gimp_wire_write_msg(GIOChannel* channel, void* message, void* data) {
  return in_gimp("gimp_wire_write_msg", channel, message, data);
}
gboolean gimp_wire_flush(GIOChannel* channel, void* data) {
  return in_gimp("gimp_wire_flush", channel, data);
}

}  // extern "C"

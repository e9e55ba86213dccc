// Shows one page with example content, for screenshots: show-page PAGE.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "ui/pages/problem_page.h"
#include "ui/pages/progress_page.h"
#include "ui/pages/setup_page.h"
#include "ui/preview/preview_panel.h"
#include "ui/widgets/job_list.h"

namespace sharpen {
namespace {

int show(GtkWidget* page) {
  const auto window = own(gtk_window_new(GTK_WINDOW_TOPLEVEL));
  gtk_container_set_border_width(GTK_CONTAINER(window.get()), wide_gap);
  gtk_container_add(GTK_CONTAINER(window.get()), page);
  Connections connections;
  connections.on(window.get(), "destroy", gtk_main_quit);
  gtk_widget_show_all(window.get());
  gtk_main();
  return 0;
}

int show_setup(std::string_view page) {
  SetupPage setup([] {});
  Choice choice;
  if (page == "setup-topaz") choice.settings.service = "topaz";
  if (page == "setup-own") choice.settings.service = "own-server";
  if (page == "setup-this") choice.settings.service = "this-computer";
  if (page == "setup-values") choice.settings.value(ParameterId::strength) = 0.4;
  setup.set(choice);
  return show(setup.widget());
}

int show_progress(bool several) {
  ProgressPage page([] {}, [] {});
  const std::vector<std::string> one = {"Background"};
  page.begin(several ? std::vector<std::string>{"Background", "Owl", "Branch"} : one,
             "Lens Blur V2 on This computer", "1 credit");
  page.update(0, {Stage::sharpening, 0.4, 12.0});
  if (several) page.set_done(1);
  return show(page.widget());
}

int show_jobs() {
  JobList list({[](std::int64_t) {}, [](std::int64_t) {}, [](std::int64_t) {}});
  JournalEntry job;
  job.id = 1;
  job.step = JobStep::ready;
  job.service = ServiceKind::topaz;
  job.origin.layer_name = "Background";
  job.width = 6000;
  job.height = 4000;
  job.cost = 1;
  job.created = g_get_real_time() / G_USEC_PER_SEC - 86400;
  JournalEntry other = job;
  other.id = 2;
  other.step = JobStep::running;
  other.origin.layer_name = "A layer with quite a long name, as imported photographs have";
  list.set_jobs({job, other}, {}, {});
  list.set_state(2, "Fetching…", true);
  return show(list.widget());
}

int show_problem() {
  ProblemPage page({[] {}, [] {}, [] {}});
  page.show({ErrorKind::no_credits, "Topaz Labs says that your account has no credits left.",
             "Buy credits at topazlabs.com, or choose “This computer”."},
            "");
  return show(page.widget());
}

/// A pattern with fine lines, blurred over `radius` pixels.
ScreenPixels pattern(int width, int height, int radius) {
  ScreenPixels pixels{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double distance = std::hypot(x - width / 2.0, y - height / 2.0);
      const double wave = std::sin(distance * distance / 400);
      const double value = 0.5 + 0.5 * wave * std::exp(-distance * radius / 200);
      pixels.rgb.push_back(std::uint8_t(60 + 180 * value));
      pixels.rgb.push_back(std::uint8_t(90 + 120 * value));
      pixels.rgb.push_back(std::uint8_t(160 - 100 * value));
    }
  }
  return pixels;
}

int show_preview(std::string_view page) {
  PreviewPanel panel({[] {}, [] {}, [] {}, [] {}, [] {}, [](std::size_t) {}});
  PictureTiles before(1400, 1000), after(1400, 1000);
  before.put(0, 0, pattern(1400, 1000, 1));
  after.put(0, 0, pattern(1400, 1000, 0));
  panel.chooser().set_picture(pattern(320, 228, 0), 1400, 1000);
  panel.view().set_before(&before);
  panel.set_state("Defocus, radius 4.1 px");
  if (page == "preview-paid") {
    panel.set_button("Sharpen the whole layer and _compare · 1 credit");
    panel.set_state("A preview costs as much as the whole layer. The result is kept.");
  } else {
    panel.view().set_after(&after);
  }
  if (page == "preview-sides") panel.view().set_mode(CompareView::Mode::side_by_side);
  if (page == "preview-zoom") panel.view().set_zoom(4);
  return show(panel.widget());
}

int main_of(std::string_view page) {
  if (page.starts_with("setup")) return show_setup(page);
  if (page == "progress" || page == "progress-several") return show_progress(page != "progress");
  if (page == "jobs") return show_jobs();
  if (page.starts_with("preview")) return show_preview(page);
  if (page == "problem") return show_problem();
  std::fprintf(stderr, "no such page\n");
  return 2;
}

}  // namespace
}  // namespace sharpen

int main(int argc, char** argv) {
  gtk_init(&argc, &argv);
  return sharpen::main_of(argc > 1 ? argv[1] : "setup");
}

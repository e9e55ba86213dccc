// Shows one page with example content, for screenshots: show-page PAGE.

#include <clocale>
#include <cstdio>
#include <string_view>

#include "ui/problem_page.h"
#include "ui/progress_page.h"
#include "ui/setup_page.h"

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
             "Lens Blur 2 on This computer", "1 credit");
  page.update(0, {Stage::sharpening, 0.4, 12.0});
  if (several) page.set_done(1);
  return show(page.widget());
}

int show_problem() {
  ProblemPage page({[] {}, [] {}, [] {}});
  page.show({ErrorKind::no_credits, "Topaz Labs says that your account has no credits left.",
             "Buy credits at topazlabs.com, or choose “This computer”."},
            "");
  return show(page.widget());
}

int main_of(std::string_view page) {
  if (page.starts_with("setup")) return show_setup(page);
  if (page == "progress" || page == "progress-several") return show_progress(page != "progress");
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

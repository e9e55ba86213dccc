#include "ui/run/work.h"

#include <gtest/gtest.h>

#include "tests/client/fake_topaz.h"

namespace sharpen {
namespace {

using test::FakeTopaz;
using test::JobRoom;

/// One gray layer, whose export is there at once.
class GrayHost final : public Host {
 public:
  explicit GrayHost(JobRoom& room) : room_(room) {
    sources_.push_back({.layer_name = "gray",
                        .width = JobRoom::width,
                        .height = JobRoom::height,
                        .has_selection = false,
                        .earlier = {},
                        .can_redo = false});
  }
  const std::vector<Source>& sources() const override { return sources_; }
  Result<ScreenPixels> thumbnail(std::size_t, int) override { return ScreenPixels{}; }
  Result<ScreenPixels> region(std::size_t, Rectangle) override { return ScreenPixels{}; }
  Result<std::unique_ptr<Answer>> open_answer(std::size_t, const JobResult&) override {
    return nullptr;
  }
  void work_on_originals(bool) override {}
  bool send_gray_as_rgb() override { return !std::exchange(as_rgb, true); }
  Result<std::unique_ptr<Export>> begin_export(std::size_t, std::optional<Rectangle>) override {
    exports_as_rgb.push_back(as_rgb);
    return std::make_unique<Ready>(room_.request({}).upload);
  }
  Result<std::vector<std::string>> place(std::vector<Placement> placements,
                                         const PlaceOptions& options) override {
    EXPECT_TRUE(options.process_events);
    placed += placements.size();
    return std::vector<std::string>();
  }

  bool as_rgb = false;
  std::vector<bool> exports_as_rgb;
  std::size_t placed = 0;

 private:
  class Ready final : public Export {
   public:
    explicit Ready(Upload upload) : upload_(std::move(upload)) {}
    Result<bool> step() override { return true; }
    double fraction() const override { return 1; }
    Upload finish() override { return upload_; }
    LayerOrigin origin() const override { return {}; }

   private:
    Upload upload_;
  };

  JobRoom& room_;
  std::vector<Source> sources_;
};

class WorkTest : public testing::Test {
 protected:
  WorkTest() {
    g_setenv("SHARPEN_SERVICE_KEY", FakeTopaz::key, TRUE);
    topaz.set_result(room.picture(JobRoom::width, JobRoom::height));
    settings.service = "own-server";
    settings.service_url = topaz.api().url();
  }
  ~WorkTest() override { g_unsetenv("SHARPEN_SERVICE_KEY"); }

  /// What came of it is placed, even if something failed.
  Result<std::vector<std::string>> run(std::size_t count = 1) {
    Result<std::vector<std::string>> outcome = fail(ErrorKind::internal, "it does not end");
    const auto loop = Ref<GMainLoop>::adopt(g_main_loop_new(nullptr, FALSE));
    Work::Events events;
    events.progress = [](std::size_t, const JobProgress&) {};
    events.task_done = [](std::size_t) {};
    events.finished = [&](Result<std::vector<std::string>> result) {
      outcome = std::move(result);
      g_main_loop_quit(loop.get());
    };
    std::vector<Task> tasks(count);
    for (Task& task : tasks) task.settings = settings;
    Work work(host, room.home, std::move(tasks), {}, std::move(events));
    const auto guard =
        EventSource::timeout(20'000, [&] { return g_main_loop_quit(loop.get()), false; });
    work.start();
    g_main_loop_run(loop.get());
    if (!outcome && work.has_results()) {
      EXPECT_TRUE(work.place_what_came());
    }
    findings = work.findings();
    return outcome;
  }

  JobRoom room;
  FakeTopaz topaz;
  GrayHost host{room};
  Settings settings;
  std::vector<std::string> findings;
};

TEST_F(WorkTest, GrayThatIsRefusedIsSentAsRgb) {
  topaz.next("POST sharpen", {.status = 415});
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_EQ(host.exports_as_rgb, (std::vector{false, true}));
  EXPECT_EQ(host.placed, 1u);
}

TEST_F(WorkTest, WhatWasFoundIsNoWarningButASettingThatGotLostIs) {
  host.as_rgb = true;
  settings.value(ParameterId::strength) = 0.5;
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_EQ(findings, std::vector<std::string>{"gray: defocus, radius 4.1 px"});
  EXPECT_EQ(*outcome, std::vector<std::string>{"gray: Own server did not use Strength."});
}

TEST_F(WorkTest, WhatIsRefusedAsRgbTooIsNotSentForEver) {
  topaz.next("POST sharpen", {.status = 415}, 100);
  const auto outcome = run();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::refused);
  EXPECT_EQ(host.exports_as_rgb, (std::vector{false, true}));
  EXPECT_EQ(host.placed, 0u);
}

TEST_F(WorkTest, WhatCameIsPlacedThoughAnotherFailed) {
  host.as_rgb = true;
  topaz.next("POST sharpen", {.status = 415});
  EXPECT_FALSE(run(2));
  EXPECT_EQ(host.placed, 1u);
}

}  // namespace
}  // namespace sharpen

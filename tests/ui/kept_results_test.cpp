#include "ui/run/kept_results.h"

#include <gtest/gtest.h>

namespace sharpen {
namespace {

Task task(std::size_t source, const char* model, std::optional<JobResult> ready) {
  Task made{.source = source, .settings = {}, .ready = std::move(ready)};
  made.settings.model = model;
  made.settings.max_cost = 2;
  return made;
}

KeptResults kept(bool of_originals) {
  std::vector<Task> tasks;
  tasks.push_back(task(0, "Standard", std::nullopt));
  JobResult result;
  result.journal_id = 7;
  tasks.push_back(task(1, "Standard", std::move(result)));
  KeptResults results;
  results.keep(std::move(tasks), of_originals);
  return results;
}

TEST(KeptResults, AreFoundWhateverTheLimitIsNow) {
  KeptResults results = kept(false);
  Settings settings = task(1, "Standard", {}).settings;
  for (const std::optional<double> limit : {std::optional(2.0), std::optional(9.0), {}}) {
    settings.max_cost = limit;
    EXPECT_TRUE(results.has(1, settings, false));
  }
  const auto taken = results.take(1, settings, false);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->journal_id, 7);
  EXPECT_FALSE(results.has(1, settings, false)) << "it was taken";
  EXPECT_FALSE(results.take(1, settings, false));
}

TEST(KeptResults, AreOfTheirLayerSettingsAndOriginalOnly) {
  KeptResults results = kept(true);
  const Settings settings = task(1, "Standard", {}).settings;
  EXPECT_FALSE(results.has(0, settings, true)) << "nothing came";
  EXPECT_FALSE(results.take(1, settings, false)) << "of the result itself";
  Settings other = settings;
  other.value(ParameterId::strength) = 0.5;
  EXPECT_FALSE(results.take(1, other, true));
  EXPECT_TRUE(results.take(1, settings, true));
}

}  // namespace
}  // namespace sharpen

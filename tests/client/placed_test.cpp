#include <format>
#include <fstream>
#include <string>

#include "base/lease.h"
#include "base/sqlite.h"
#include "client/jobs/sweep.h"
#include "job_fixture.h"

// What becomes of a paid result that is in an image which may not have been saved.

namespace sharpen {
namespace {

using test::FakeTopaz;
using test::JobRoom;

constexpr pid_t no_process = 4'194'999;  ///< above the largest id

class Placed : public Job {
 protected:
  /// Runs a job, and places its result.
  void place(const std::string& image_file = {}) {
    auto request = room.request(topaz.address());
    request.origin.image_file = image_file;
    const auto result = run(request);
    ASSERT_TRUE(result) << result.error().text();
    ASSERT_TRUE(placed_job(result->journal_id, room.home));
  }
  std::vector<JournalEntry> placed() const { return *Journal::open(room.home.journal())->placed(); }
  /// Writes an XCF file that holds this text in a megabyte of pixels.
  void save(const std::filesystem::path& file, const std::string& text) const {
    std::ofstream(file) << "gimp xcf" << std::string((1 << 20) - 20, 'x') << text
                        << std::string(100, 'y');
  }
  std::string uri(const char* name) const {
    return "file://" + (room.folder.path() / name).string();
  }
};

TEST_F(Placed, TheJobIsListedApartAndItsFilesAreGone) {
  place();
  EXPECT_EQ(room.spooled_files(), 0u);
  EXPECT_TRUE(Journal::open(room.home.journal())->unfinished()->empty());
  ASSERT_EQ(placed().size(), 1u);
  EXPECT_GT(placed()[0].placed, 0);
}

TEST_F(Placed, TheSamePictureIsNotPaidForAgain) {
  place();
  const auto again = run();
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_TRUE(again->paid_before && again->told_elsewhere);
  EXPECT_EQ(topaz.jobs(), 1);
  ASSERT_EQ(room.entries().size(), 1u);
  EXPECT_EQ(room.entries()[0].step, JobStep::fetched);
  EXPECT_TRUE(std::filesystem::exists(room.entries()[0].original_file)) << "recovery needs it";
  ASSERT_TRUE(placed_job(again->journal_id, room.home));
  EXPECT_EQ(placed().size(), 1u) << "one entry for one job, however often it is placed";
}

TEST_F(Placed, ItCanBeFetched) {
  place();
  const auto fetched = resume(placed().at(0));
  ASSERT_TRUE(fetched) << fetched.error().text();
  EXPECT_EQ(fetched->info.width, JobRoom::width);
}

TEST_F(Placed, AFetchThatFailsLeavesItWhereItWas) {
  place();
  topaz.next("GET status", {.status = 401});
  EXPECT_FALSE(run());
  EXPECT_EQ(placed().size(), 1u);
  EXPECT_EQ(topaz.jobs(), 1);
  EXPECT_EQ(room.spooled_files(), 0u);
}

TEST_F(Placed, ThePaidJobAfterOneThatWasDroppedIsUnfinished) {
  place();
  topaz.next("GET status", {.body = R"({"status":"Cancelled"})"});
  topaz.next("GET status", {.status = 401});
  EXPECT_FALSE(run());
  EXPECT_EQ(topaz.jobs(), 2);
  EXPECT_TRUE(placed().empty());
  EXPECT_EQ(Journal::open(room.home.journal())->unfinished()->size(), 1u);
}

TEST_F(Placed, ARecoveryThatFailsLeavesItWhereItWas) {
  place();
  topaz.next("GET result", {.status = 403}, 5);
  EXPECT_FALSE(resume(placed().at(0)));
  ASSERT_EQ(placed().size(), 1u);
  EXPECT_EQ(room.spooled_files(), 0u);
}

TEST_F(Placed, WhatTheServiceDroppedIsPaidForAnew) {
  place();
  auto database = sqlite::Database::open(room.home.journal(), 1000);
  ASSERT_TRUE(database->run("UPDATE jobs SET upload_name = 'not listed', key_mark = ''"));
  topaz.next("GET status", {.status = 404, .body = R"({"message":"not found"})"}, 1000);
  const auto result = run();
  EXPECT_EQ(topaz.jobs(), 2) << (result ? "" : result.error().text());
}

TEST_F(Placed, AnotherAccountPaysForItself) {
  place();
  ASSERT_TRUE(sqlite::Database::open(room.home.journal(), 1000)
                  ->run("UPDATE jobs SET key_mark = '00000000'"));
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(topaz.jobs(), 2);
}

TEST_F(Placed, ItIsForgottenWhenTheServiceForgetsIt) {
  place();
  sweep(room.home);
  EXPECT_EQ(placed().size(), 1u);
  Lease killed = Lease::mine();  // while it fetched it once more
  killed.process = no_process;
  ASSERT_TRUE(sqlite::Database::open(room.home.journal(), 1000)
                  ->run(std::format("UPDATE jobs SET owner = '{}', "
                                    "created = created - 7 * 24 * 3600 - 1",
                                    killed.text())
                            .c_str()));
  EXPECT_EQ(placed().size(), 1u);
  sweep(room.home);
  EXPECT_TRUE(placed().empty());
}

TEST_F(Placed, ItIsForgottenWhenItsImageWasSaved) {
  for (const char* image : {"photo.xcf", "photo.jpg"}) {
    place(uri(image));
    save(room.folder.path() / "photo.xcf", "another job");
    sweep(room.home);
    EXPECT_EQ(placed().size(), 1u) << "saved without it";
    save(room.folder.path() / "photo.xcf", placed().at(0).upload_name);
    sweep(room.home);
    EXPECT_TRUE(placed().empty()) << image;
  }
}

TEST_F(Placed, WhatWasFreeIsForgottenAtOnce) {
  const auto result = run(room.request(topaz.address(ServiceKind::this_computer)));
  ASSERT_TRUE(result) << result.error().text();
  ASSERT_TRUE(placed_job(result->journal_id, room.home));
  EXPECT_TRUE(room.entries().empty());
}

TEST_F(Placed, APictureOfAnotherSizeIsFetchedOnceAndOfferedByRecovery) {
  topaz.set_result(room.picture(JobRoom::width + 1, JobRoom::height));
  for (int turn = 0; turn < 2; ++turn) {  // the same run again pays no second time
    const auto result = run();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::bad_picture);
    EXPECT_TRUE(result.error().message.contains("38 × 23 pixels instead of 37 × 23"));
  }
  const auto offered = resume(room.entries().at(0));
  ASSERT_TRUE(offered) << offered.error().text();
  EXPECT_EQ(offered->info.width, JobRoom::width + 1);
  EXPECT_EQ(topaz.count("GET result"), 1u);
  EXPECT_EQ(topaz.jobs(), 1);
}

TEST_F(Placed, WhatAKilledRunLeftInTheSpoolIsSweptAtOnce) {
  const auto mine = SpoolFile::create(".png", room.home.spool());
  ASSERT_TRUE(mine);
  EXPECT_EQ(SpoolFile::maker_of(mine->path()), SpoolFile::Maker::alive);
  std::string name = mine->path().filename();
  const auto rest = name.substr(name.find('-'));
  const auto of_dead = room.home.spool() / (std::to_string(no_process) + rest);
  const auto of_stranger = room.home.spool() / "abcdef.png";
  for (const auto& file : {of_dead, of_stranger}) std::ofstream(file) << "x";
  std::ofstream(std::filesystem::path(of_dead).replace_extension(".pixels")) << "x";
  ASSERT_TRUE(Journal::open(room.home.journal()));
  sweep(room.home);
  EXPECT_TRUE(std::filesystem::exists(mine->path()));
  EXPECT_TRUE(std::filesystem::exists(of_stranger));
  EXPECT_EQ(room.spooled_files(), 2u);
}

}  // namespace
}  // namespace sharpen

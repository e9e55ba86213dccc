#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "base/glib_ref.h"
#include "client/home.h"
#include "image/picture.h"
#include "plugin/command/options.h"
#include "plugin/command/wrapped_text.h"
#include "plugin/files/budget.h"
#include "plugin/files/files_run.h"
#include "plugin/files/outputs.h"
#include "plugin/files/report.h"
#include "plugin/files/throttle.h"
#include "tests/client/test_folder.h"

namespace sharpen {
namespace {

namespace fs = std::filesystem;

TEST(Throttle, ShrinksWhenTheServiceIsBusyAndGrowsBack) {
  Throttle throttle(8);
  throttle.busy(8);
  EXPECT_EQ(throttle.allowed(), 4);
  throttle.busy(8);  // of those that were under way before
  EXPECT_EQ(throttle.allowed(), 4);
  throttle.busy(4);
  throttle.busy(2);
  throttle.busy(1);
  EXPECT_EQ(throttle.allowed(), 1);
  throttle.went_well();
  EXPECT_EQ(throttle.allowed(), 2);
  throttle.went_well();
  EXPECT_EQ(throttle.allowed(), 2);
  for (int i = 0; i < 100; ++i) throttle.went_well();
  EXPECT_EQ(throttle.allowed(), 8);
}

TEST(Throttle, GivesOutAsManyPlacesAsAreAllowed) {
  Throttle throttle(2);
  Throttle::Place first(throttle, nullptr), second(throttle, nullptr);
  EXPECT_TRUE(first && second);
  EXPECT_EQ(throttle.running(), 2);
  const auto cancelled = Ref<GCancellable>::adopt(g_cancellable_new());
  g_cancellable_cancel(cancelled.get());
  EXPECT_FALSE(Throttle::Place(throttle, cancelled.get()));
  bool got = false;
  std::jthread waiting([&] { got = static_cast<bool>(Throttle::Place(throttle, nullptr)); });
  first.leave();
  waiting.join();
  EXPECT_TRUE(got);
  EXPECT_EQ(throttle.running(), 1);
  throttle.close();
  EXPECT_FALSE(Throttle::Place(throttle, nullptr)) << "though there is room";
}

TEST(Budget, HoldsForAllJobsTogether) {
  Budget budget(3.0);
  EXPECT_TRUE(budget.take(1) && budget.take(2));
  EXPECT_FALSE(budget.take(1));
  budget.settle(2, 0);  // it was refused
  EXPECT_TRUE(budget.take(2));
  EXPECT_TRUE(Budget({}).take(1e9));
}

TEST(CsvLine, IsNoFormulaAndKeepsItsLines) {
  EXPECT_EQ(csv_line({"a\"b", "=1+1", "two\nlines", ""}),
            "\"a\"\"b\",\"'=1+1\",\"two\nlines\",\"\"\r\n");
}

class OutputsTest : public testing::Test {
 protected:
  Outputs outputs(IfExists if_exists, std::vector<Input> inputs = {}) {
    FilesOptions options;
    options.output_folder = folder_.path();
    options.if_exists = if_exists;
    return Outputs(options, inputs, "Model");
  }
  TestFolder folder_;
  const fs::path file_ = folder_.path() / "a.png";
};

TEST_F(OutputsTest, GivesEachNameOnce) {
  Outputs names = outputs(IfExists::overwrite);
  EXPECT_EQ(names.reserve(file_, "one").value(), file_);
  EXPECT_EQ(names.reserve(file_, "other").error().kind, ErrorKind::bad_argument);
  names.give_back(file_);
  EXPECT_TRUE(names.reserve(file_, "other"));
  Outputs numbers = outputs(IfExists::number);
  EXPECT_EQ(numbers.reserve(file_, "one").value(), file_);
  EXPECT_EQ(numbers.reserve(file_, "other").value(), folder_.path() / "a-1.png");
}

TEST_F(OutputsTest, NeverTakesAnInput) {
  std::ofstream(file_) << "mine";
  const Input input{.file = file_, .subfolder = {}};
  EXPECT_EQ(outputs(IfExists::overwrite, {input}).reserve(file_, file_).error().kind,
            ErrorKind::bad_argument);
  EXPECT_EQ(outputs(IfExists::number, {input}).reserve(file_, file_).value(),
            folder_.path() / "a-1.png");
}

TEST_F(OutputsTest, DoesNotReplaceWhatCameMeanwhile) {
  const fs::path complete = folder_.path() / "complete";
  std::ofstream(complete) << "result";
  std::ofstream(file_) << "mine";
  EXPECT_EQ(outputs(IfExists::skip).put(complete, file_).error().kind, ErrorKind::conflict);
  EXPECT_EQ(fs::file_size(file_), 4U);
  EXPECT_EQ(outputs(IfExists::number).put(complete, file_).value(), folder_.path() / "a-1.png");
}

TEST_F(OutputsTest, TemporaryNamesAreOfOneProcessAndAreSweptWhenItIsDead) {
  const fs::path mine = temporary_name(file_);
  std::ofstream(mine) << "half";
  const pid_t other = ::fork();
  if (other == 0) {
    const fs::path name = temporary_name(file_);
    std::ofstream(name) << "half of another";
    ::_exit(name == mine ? 1 : 0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(other, &status, 0), other);
  EXPECT_EQ(status, 0) << "both write into one file";
  EXPECT_EQ(folder_.count_below(".remote-sharpen-"), 2);
  EXPECT_TRUE(outputs(IfExists::skip).check_folder(folder_.path()));
  EXPECT_EQ(folder_.count_below(".remote-sharpen-"), 1);
  EXPECT_EQ(contents_of(mine), "half");
}

TEST_F(OutputsTest, OnlyWhatARunHasLeftIsSwept) {
  const auto in_folder = [&](const std::string& name) { return folder_.path() / name; };
  // A process id that nobody has, on this machine.
  const std::string mine = temporary_name(file_).filename();
  const std::string prefix = ".remote-sharpen-";
  const std::string dead = prefix + "4194999" + mine.substr(mine.find('-', prefix.size()));
  std::ofstream(in_folder(dead)) << "half";
  const std::vector<std::string> kept{dead + ".txt", dead + "x.png", prefix + "4194999-notes.png",
                                      dead.substr(0, dead.size() - 5) + ".png", mine};
  for (const std::string& name : kept) std::ofstream(in_folder(name)) << "mine";
  const std::string named = in_folder(dead).stem().string() + ".tif";
  fs::create_directory(in_folder(named));
  const std::string link = in_folder(dead).stem().string() + ".jpg";
  fs::create_symlink("nowhere", in_folder(link));
  EXPECT_TRUE(outputs(IfExists::skip).check_folder(folder_.path()));
  EXPECT_FALSE(fs::exists(in_folder(dead)));
  for (const std::string& name : kept) EXPECT_TRUE(fs::exists(in_folder(name))) << name;
  EXPECT_TRUE(fs::is_directory(in_folder(named)));
  EXPECT_TRUE(fs::is_symlink(in_folder(link)));
}

TEST_F(OutputsTest, NoOutputIsNamedAsATemporaryFile) {
  FilesOptions options;
  options.output_folder = folder_.path();
  options.name_pattern = ".remote-sharpen-{name}";
  const Input input{.file = file_, .subfolder = {}};
  const auto wanted = Outputs(options, {input}, "Model").wanted(input, 1);
  ASSERT_FALSE(wanted);
  EXPECT_EQ(wanted.error().kind, ErrorKind::bad_argument);
  options.name_pattern = ".{name}";
  EXPECT_TRUE(Outputs(options, {input}, "Model").wanted(input, 1));
}

TEST(FilesRun, BeginsNothingBeforeItKnowsTheService) {
  const TestFolder folder;
  FilesOptions options;
  options.output_folder = folder.path() / "out";
  options.dry_run = true;
  PictureInfo info;
  info.width = info.height = 8;
  for (const char* name : {"a.png", "b.png"}) {
    options.inputs.push_back(folder.path() / name);
    auto writer = create_picture(options.inputs.back(), FileFormat::png, info);
    const std::vector<std::byte> pixels(info.bytes_per_row() * info.height);
    ASSERT_TRUE(writer && (*writer)->write(pixels) && (*writer)->finish());
  }
  Settings settings;
  settings.service = "topaz";
  const Home home{.program = {}, .user = folder.path() / "user", .ca_file = {}};
  bool finished = false;
  const auto run = FilesRun::prepare(options, settings, home,
                                     {.changed = {}, .finished = [&] { finished = true; }});
  ASSERT_TRUE(run) << run.error().text();
  const auto state = [&](std::size_t index) { return (*run)->items().at(index).state; };
  (*run)->cancel(0);
  while (g_main_context_iteration(nullptr, FALSE)) {
  }
  EXPECT_EQ(state(0), FileState::cancelled);
  EXPECT_EQ(state(1), FileState::waiting);
  (*run)->start();
  while (!finished) g_main_context_iteration(nullptr, TRUE);
  EXPECT_EQ(state(1), FileState::listed);
  EXPECT_GT((*run)->totals().cost, 0) << "by the rule of the service";
}

TEST(CommandLine, RefusesWhatIsNoNumberAndNoOption) {
  const auto read = [](std::vector<std::string> words) {
    words.insert(words.begin(), "remote-sharpen");
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    return read_command_line(static_cast<int>(arguments.size()), arguments.data());
  };
  EXPECT_TRUE(read({"in", "-o", "out", "--jobs", "8"}));
  for (const char* number : {"nan", "inf", "17", "0", "4x", ""})
    EXPECT_FALSE(read({"in", "-o", "out", "--jobs", number})) << number;
  EXPECT_FALSE(read({"in", "-o", "out", "--gimpsy", "x"}));
  EXPECT_FALSE(read({"in", "-o", "out", "--recursive=1"}));
  EXPECT_EQ(read({"--gimp", "my-gimp", "in", "-o", "out"})->gimp, "my-gimp");
}

TEST(OptionLines, FitTheTerminalInEachWriting) {
  const std::string english =
      "Sends nothing more if the whole run would cost more than this, and says so";
  EXPECT_EQ(option_lines("    --max-cost", english + " " + english),
            "      --max-cost              Sends nothing more if the whole run would cost more "
            "than this, and\n"
            "                              says so Sends nothing more if the whole run would cost "
            "more than\n"
            "                              this, and says so\n");
  std::string japanese;
  for (int i = 0; i < 20; ++i) japanese += "すべての写真を処理します。";
  const std::string lines = option_lines("    --recursive", japanese);
  std::string joined;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    const std::string line = lines.substr(begin, end - begin);
    EXPECT_LE(columns_of(line), 96u) << line;
    EXPECT_GT(columns_of(line), 60u) << line;
    joined += line.substr(30);
    begin = end + 1;
  }
  EXPECT_EQ(joined, japanese);
}

TEST(SchemeString, EndsWhereItEnds) {
  EXPECT_EQ(scheme_string("a\"b\\c\nd"), "\"a\\\"b\\\\c\\nd\"");
  EXPECT_EQ(scheme_string(std::string(1000, 'x') + "y"),
            "(string-append \"" + std::string(1000, 'x') + "\" \"y\")");
}

}  // namespace
}  // namespace sharpen

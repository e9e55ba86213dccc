#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/glib_source.h"
#include "client/home.h"
#include "client/journal/manifest.h"
#include "client/providers/service.h"
#include "plugin/files/budget.h"
#include "plugin/files/file_item.h"
#include "plugin/files/files_options.h"
#include "plugin/files/outputs.h"
#include "plugin/files/throttle.h"
#include "ui/run/background.h"

namespace sharpen {

struct OpenFile;

/// Sharpens many files. GIMP loads, encodes and saves one at a time on the main thread, step by
/// step in idle callbacks, while others upload, wait and download in threads. GIMP holds at most as
/// many pictures as may be at the service and two more, however many there are.
/// Whatever ends the process, the same run again goes on: see Manifest and Journal.
class FilesRun {
 public:
  struct Events {
    std::function<void(std::size_t index)> changed;  ///< a file; may be empty
    std::function<void()> finished;                  ///< nothing more will change
  };

  /// Errors: bad_argument, io (the output folder above all: then nothing is begun).
  [[nodiscard]] static Result<std::unique_ptr<FilesRun>> prepare(FilesOptions options,
                                                                 const Settings& settings,
                                                                 const Home& home, Events events);
  FilesRun(const FilesRun&) = delete;
  FilesRun& operator=(const FilesRun&) = delete;
  ~FilesRun();

  void start();
  /// Sends nothing more and stops what is under way.
  void cancel();
  void cancel(std::size_t index);

  [[nodiscard]] const std::vector<FileItem>& items() const { return items_; }
  [[nodiscard]] FileTotals totals() const;
  /// Why it stopped early, if it did.
  [[nodiscard]] const std::optional<Error>& stopped() const { return stop_; }
  /// Of the prices; empty while nothing has cost anything.
  [[nodiscard]] const std::string& unit() const { return unit_; }
  [[nodiscard]] bool dry_run() const { return options_.dry_run; }

 private:
  FilesRun(FilesOptions options, Settings settings, Home home, Events events,
           std::vector<Input> inputs, Manifest manifest);

  void wake();
  [[nodiscard]] bool step();
  void begin(std::size_t index);
  void list(std::size_t index);
  /// The output of an input, before numbering. Nothing: the file has its end already.
  [[nodiscard]] std::optional<std::filesystem::path> wanted_output(std::size_t index);
  /// Whether a file is an output of an earlier run in the same folder.
  [[nodiscard]] Result<bool> is_own_result(const std::filesystem::path& file);
  /// In a dry run: whether it was done before, and so has its end.
  [[nodiscard]] bool list_had(std::size_t index, const std::filesystem::path& wanted);
  /// False: it has its end, or has to wait.
  [[nodiscard]] bool look_up(OpenFile& file);
  [[nodiscard]] Result<void> open(OpenFile& file);
  void copy_equal(OpenFile& file, const WrittenOutput& equal);
  void export_step(OpenFile& file);
  void submit(OpenFile& file);
  void take_answer(OpenFile& file);
  [[nodiscard]] Result<void> write(OpenFile& file);
  void put_in_place(OpenFile& file);
  void not_written(OpenFile& file, Error error);
  void fail_file(OpenFile& file, Error error);
  /// Ends a file that was not sent yet, if it is to be sent no more.
  [[nodiscard]] bool drop(OpenFile& file);
  void end(OpenFile& file, FileState state);
  void conclude(std::size_t index, FileState state, std::optional<Error> error = {});
  void stop(Error error);
  void drop_waiting();
  void finish();
  /// How many pictures GIMP holds.
  [[nodiscard]] int held() const;
  [[nodiscard]] FileItem& item_of(const OpenFile& file);

  FilesOptions options_;
  Settings settings_;
  Home home_;
  Events events_;
  std::vector<FileItem> items_;
  Manifest manifest_;
  Outputs outputs_;
  Budget budget_;
  Throttle throttle_;
  std::optional<ServiceAddress> address_;
  std::string settings_key_;
  std::deque<std::size_t> waiting_;
  std::vector<std::size_t> deferred_;  ///< of the same content as one that is open
  std::list<OpenFile> open_;
  std::set<std::string> counted_;  ///< upload names of the jobs whose price a file has
  std::string unit_;
  std::optional<Error> stop_;
  bool finished_ = false;
  /// Whether what threads post still finds this run.
  std::shared_ptr<FilesRun*> self_ = std::make_shared<FilesRun*>(this);
  Background resolving_;
  EventSource idle_;
};

/// The file base of the report.
[[nodiscard]] std::filesystem::path report_base(const FilesOptions& options);

}  // namespace sharpen

#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace sharpen {

/// Shows people how a run goes: a line for each picture and, on a terminal, a total below.
class Console {
 public:
  Console();
  /// One line of the progress file, see ProgressLines.
  void take(std::string_view line);
  [[nodiscard]] bool begun() const { return begun_; }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool complete() const { return complete_; }
  /// Takes the total away.
  void clear();

 private:
  void show_file(const class Json& event);
  void show_total();

  bool terminal_;
  bool begun_ = false, ended_ = false, complete_ = false;
  bool has_total_ = false;
  std::size_t files_ = 0, shown_ = 0;
  double cost_ = 0;
  std::string unit_;
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

}  // namespace sharpen

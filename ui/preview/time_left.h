#pragma once

#include <optional>

namespace sharpen {

/// How long work goes on, judged by what was done so far. What it says runs down like a clock and
/// is corrected by a fifth at most each time, so that nobody sees it jump.
class TimeLeft {
 public:
  /// `fraction` of the work is done `seconds` after its beginning. Empty while too little is done.
  std::optional<double> update(double fraction, double seconds);

 private:
  std::optional<double> left_;
  double said_at_ = 0;
};

}  // namespace sharpen

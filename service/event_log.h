#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "service/clock.h"

namespace sharpen::server {

/// One JSON object a line on standard error, for whoever runs a server. Has neither pictures nor
/// keys nor names of files.
class EventLog {
 public:
  EventLog(bool on, Clock clock) : on_(on), clock_(std::move(clock)) {}
  using Fields = std::vector<std::pair<const char*, std::string_view>>;
  void write(std::string_view event, const Fields& fields = {});
  /// For what strangers can bring about at any rate: ten a minute are written.
  void write_seldom(std::string_view event, const Fields& fields = {});

 private:
  bool on_;
  Clock clock_;
  std::int64_t minute_ = 0;
  int written_ = 0;
};

}  // namespace sharpen::server

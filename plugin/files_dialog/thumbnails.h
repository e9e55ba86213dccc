#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

#include <cstddef>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <utility>

#include "base/glib_ref.h"
#include "ui/run/background.h"

namespace sharpen {

/// Small pictures of files, made in a thread for those that are asked for, the newest wish first.
/// Only so many are kept, however many files there are.
class Thumbnails {
 public:
  /// `side`: their longer side in pixels. `loaded` is called when one is there.
  Thumbnails(int side, std::function<void(std::size_t index)> loaded)
      : side_(side), loaded_(std::move(loaded)) {}

  /// Null if it is not there yet, or there is none.
  [[nodiscard]] GdkPixbuf* find_or_ask(std::size_t index, const std::filesystem::path& file);
  /// The numbers mean other files from now on.
  void clear();

 private:
  void load_next();

  int side_;
  std::function<void(std::size_t)> loaded_;
  std::map<std::size_t, Ref<GdkPixbuf>> kept_;
  std::deque<std::pair<std::size_t, std::filesystem::path>> wishes_;
  Background loading_;
};

}  // namespace sharpen

#include "plugin/files_dialog/thumbnails.h"

#include <string_view>

#include "base/glib_error.h"

namespace sharpen {
namespace {

constexpr std::size_t most_kept = 500, most_wishes = 64;

/// Null if it is not a kind that gdk-pixbuf reads, or one that would take much memory.
Ref<GdkPixbuf> load(const std::filesystem::path& file, int side) {
  int width = 0, height = 0;
  GdkPixbufFormat* format = gdk_pixbuf_get_file_info(file.c_str(), &width, &height);
  if (!format || width <= 0 || height <= 0) return {};
  // Only JPEG is made small while it is decoded.
  constexpr double most_pixels = 40e6;
  const OwnedChars name(gdk_pixbuf_format_get_name(format));
  const bool is_jpeg = std::string_view(name.get()) == "jpeg";
  if (!is_jpeg && double(width) * double(height) > most_pixels) return {};
  const auto loaded = Ref<GdkPixbuf>::adopt(
      gdk_pixbuf_new_from_file_at_scale(file.c_str(), side, side, TRUE, nullptr));
  if (!loaded) return {};
  return Ref<GdkPixbuf>::adopt(gdk_pixbuf_apply_embedded_orientation(loaded.get()));
}

}  // namespace

GdkPixbuf* Thumbnails::find_or_ask(std::size_t index, const std::filesystem::path& file) {
  if (const auto kept = kept_.find(index); kept != kept_.end()) return kept->second.get();
  const auto is_it = [index](const auto& wish) { return wish.first == index; };
  std::erase_if(wishes_, is_it);
  wishes_.emplace_back(index, file);
  if (wishes_.size() > most_wishes) wishes_.pop_front();
  load_next();
  return nullptr;
}

void Thumbnails::load_next() {
  if (loading_.running() || wishes_.empty()) return;
  const auto [index, file] = std::move(wishes_.back());
  wishes_.pop_back();
  loading_.start([file, side = side_](GCancellable*) { return load(file, side); },
                 [this, index](Ref<GdkPixbuf> loaded) {
                   if (kept_.size() >= most_kept) kept_.clear();
                   kept_[index] = std::move(loaded);
                   loaded_(index);
                   load_next();
                 });
}

void Thumbnails::clear() {
  loading_.cancel();
  wishes_.clear();
  kept_.clear();
}

}  // namespace sharpen

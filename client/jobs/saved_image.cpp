#include "client/jobs/saved_image.h"

#include <glib.h>
#include <glib/gstdio.h>

#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include "base/glib_error.h"

namespace sharpen {
namespace {

std::filesystem::path path_of(const std::string& uri) {
  const OwnedChars path(g_filename_from_uri(uri.c_str(), nullptr, nullptr));
  return path ? path.get() : "";
}

std::int64_t written_at(const std::filesystem::path& file) {
  GStatBuf status{};
  if (file.empty() || g_stat(file.c_str(), &status) != 0) return 0;
  return std::int64_t{status.st_mtim.tv_sec} * G_USEC_PER_SEC + status.st_mtim.tv_nsec / 1000;
}

bool contains(const std::filesystem::path& file, std::string_view text) {
  std::ifstream stream(file, std::ios::binary);
  std::vector<char> bytes(1 << 20);
  std::size_t kept = 0;  // of the piece before, in which the text may begin
  while (stream) {
    stream.read(bytes.data() + kept, static_cast<std::streamsize>(bytes.size() - kept));
    const std::size_t filled = kept + static_cast<std::size_t>(stream.gcount());
    const std::string_view piece(bytes.data(), filled);
    if (piece.contains(text)) return true;
    kept = std::min(filled, text.size() - 1);
    std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(filled - kept),
              bytes.begin() + static_cast<std::ptrdiff_t>(filled), bytes.begin());
  }
  return false;
}

}  // namespace

bool is_in_saved_file(const JournalEntry& placed) {
  const auto file = path_of(placed.origin.image_file);
  if (file.empty() || placed.upload_name.empty()) return false;
  auto xcf = file;
  xcf.replace_extension(".xcf");
  return written_at(xcf) > placed.placed && contains(xcf, placed.upload_name);
}

std::int64_t written_at(const std::string& uri) { return written_at(path_of(uri)); }

}  // namespace sharpen

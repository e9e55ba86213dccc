#include "service/store/picture_folder.h"

#include <glib.h>
#include <glib/gstdio.h>

#include <cerrno>
#include <format>

#include "base/glib_error.h"

namespace sharpen::server {
namespace {

namespace fs = std::filesystem;

void remove_quietly(const fs::path& file) {
  std::error_code ignored;
  fs::remove(file, ignored);
}

void sweep_folder(const fs::path& folder, const std::function<bool(const std::string&)>& knows,
                  std::chrono::seconds age) {
  std::error_code ignored;
  const auto before = fs::file_time_type::clock::now() - age;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.last_write_time(ignored) <= before && !knows(entry.path().filename().string()))
      remove_quietly(entry.path());
}

}  // namespace

Result<PictureFolder> PictureFolder::open(fs::path folder) {
  for (const char* name : {"spool", "sources", "jobs"})
    if (g_mkdir_with_parents((folder / name).c_str(), 0700) != 0)
      return fail(ErrorKind::io,
                  std::format("{} cannot be made: {}.", folder.string(), g_strerror(errno)),
                  "Choose another folder with --state or --store.");
  if (g_chmod(folder.c_str(), 0700) != 0)
    return fail(ErrorKind::io, std::format("{} belongs to somebody else.", folder.string()),
                "Choose another folder with --state or --store.");
  return PictureFolder(std::move(folder));
}

PictureFolder::PictureFolder(fs::path folder)
    : folder_(std::move(folder)), process_(OwnedChars(g_uuid_string_random()).get()) {}

fs::path PictureFolder::source(const std::string& id) const { return folder_ / "sources" / id; }
fs::path PictureFolder::output(const std::string& id) const { return folder_ / "jobs" / id; }
fs::path PictureFolder::partial_output(const std::string& id) const {
  return folder_ / "jobs" / std::format("{}.{}.part", id, process_);
}

void PictureFolder::remove_source(const std::string& id) const { remove_quietly(source(id)); }
void PictureFolder::remove_output(const std::string& id) const { remove_quietly(output(id)); }

void PictureFolder::sweep(const std::function<bool(const std::string&)>& knows_source,
                          const std::function<bool(const std::string&)>& knows_output,
                          std::chrono::seconds age) const {
  sweep_folder(spool(), [](const std::string&) { return false; }, age);
  sweep_folder(folder_ / "sources", knows_source, age);
  sweep_folder(folder_ / "jobs", knows_output, age);
}

std::uint64_t PictureFolder::free_bytes() const {
  std::error_code error;
  const auto space = fs::space(folder_, error);
  return error ? 0 : space.available;
}

}  // namespace sharpen::server

#include "service/api/sources.h"

#include <glib.h>

#include <array>
#include <fstream>
#include <span>
#include <utility>

#include "base/glib_error.h"

namespace sharpen::server {
namespace {

std::optional<FileFormat> format_of(const std::filesystem::path& file) {
  std::array<char, 12> first = {};
  std::ifstream stream(file, std::ios::binary);
  stream.read(first.data(), first.size());
  return sniff(std::as_bytes(std::span(first).first(static_cast<std::size_t>(stream.gcount()))));
}

std::unexpected<Answer> refusal_of(const Error& error) {
  if (error.kind == ErrorKind::too_large) return refuse(413, error.text());
  if (error.kind == ErrorKind::bad_picture) return std::unexpected(error_answer(415));
  return refuse(500, error.text());
}

}  // namespace

Sources::Sources(const JobStore& store) : store_(store) {
  for (SourcePicture& picture : store_.load_sources())
    pictures_.emplace(picture.id, std::move(picture));
}

Checked<SourcePicture> Sources::admit(SpoolFile picture, const std::string& filename,
                                      std::int64_t now) {
  SourcePicture source{
      .id = OwnedChars(g_uuid_string_random()).get(), .filename = filename, .created = now};
  {
    const auto reader = open_picture(picture.path());
    if (!reader) return refusal_of(reader.error());
    source.width = (*reader)->info().width;
    source.height = (*reader)->info().height;
  }
  const auto format = format_of(picture.path());
  if (!format) return std::unexpected(error_answer(415));
  source.format = *format;
  if (source.filename.empty()) source.filename = "image." + std::string(name_of(*format));

  std::error_code error;
  std::filesystem::rename(picture.path(), store_.source_picture(source.id), error);
  if (error) return refuse(500, error.message());
  (void)picture.keep();
  if (auto saved = store_.save(source); !saved) {
    store_.remove(source);
    return refuse(500, saved.error().text());
  }
  pictures_.emplace(source.id, source);
  return source;
}

const SourcePicture* Sources::find(const std::string& id) const {
  const auto found = pictures_.find(id);
  return found == pictures_.end() ? nullptr : &found->second;
}

void Sources::discard(const std::string& id) {
  const auto found = pictures_.find(id);
  if (found == pictures_.end()) return;
  store_.remove(found->second);
  pictures_.erase(found);
}

void Sources::expire(std::int64_t now, std::int64_t keep, std::int64_t keep_orphan,
                     const std::set<std::string>& needed) {
  std::erase_if(pictures_, [&](const auto& entry) {
    const SourcePicture& source = entry.second;
    const bool too_old = now - source.created >= keep;
    const bool forgotten = source.orphaned > 0 && now - source.orphaned >= keep_orphan;
    if (needed.contains(source.id) || !(too_old || forgotten)) return false;
    store_.remove(source);
    return true;
  });
}

void Sources::set_orphaned(const std::string& id, std::int64_t since) {
  const auto found = pictures_.find(id);
  if (found == pictures_.end() || found->second.orphaned == since) return;
  found->second.orphaned = since;
  if (auto saved = store_.save(found->second); !saved)
    g_warning("%s", saved.error().text().c_str());
}

}  // namespace sharpen::server

#include "client/jobs/fingerprint.h"

#include <algorithm>
#include <format>
#include <memory>
#include <span>
#include <vector>

#include "base/cancelled.h"
#include "base/i18n.h"
#include "image/picture.h"

namespace sharpen {
namespace {

using OwnedChecksum =
    std::unique_ptr<GChecksum, decltype([](GChecksum* sum) { g_checksum_free(sum); })>;

constexpr std::size_t band_bytes = 1 << 20;

void blank(std::vector<std::byte>& bytes, std::size_t begin, std::size_t end) {
  for (std::size_t at = begin; at < std::min(end, bytes.size()); ++at) bytes[at] = std::byte{0};
}

void add(GChecksum* sum, std::span<const std::byte> bytes) {
  g_checksum_update(sum, reinterpret_cast<const guchar*>(bytes.data()),
                    static_cast<gssize>(bytes.size()));
}

}  // namespace

Result<std::string> fingerprint_of(const std::filesystem::path& file, GCancellable* cancellable) {
  auto reader = open_picture(file);
  if (!reader) return fail(std::move(reader));
  const PictureInfo& info = (*reader)->info();
  const OwnedChecksum sum(g_checksum_new(G_CHECKSUM_SHA256));
  std::vector<std::byte> profile = info.icc_profile;
  blank(profile, 24, 36);
  blank(profile, 84, 100);
  const std::string what = std::format("{} {} {} {} {} ", info.width, info.height, info.channels,
                                       info.bits, profile.size());
  add(sum.get(), std::as_bytes(std::span(what)));
  add(sum.get(), profile);
  const std::size_t row = info.bytes_per_row();
  std::vector<std::byte> band(std::max<std::size_t>(1, band_bytes / row) * row);
  for (std::uint32_t done = 0; done < info.height;) {
    if (g_cancellable_is_cancelled(cancellable)) return std::unexpected(cancelled_error());
    const std::size_t wanted = std::min<std::size_t>(band.size() / row, info.height - done);
    const auto count = (*reader)->read(std::span(band).first(wanted * row));
    if (!count) return std::unexpected(count.error());
    if (*count == 0)
      return fail(ErrorKind::bad_picture, _("The picture to be sent is cut off."),
                  _("Try again; the picture will be written again."));
    add(sum.get(), std::span(band).first(*count * row));
    done += *count;
  }
  return std::string(g_checksum_get_string(sum.get()));
}

}  // namespace sharpen

#include <algorithm>
#include <array>
#include <fstream>
#include <vector>

#include "base/cancelled.h"
#include "base/i18n.h"
#include "client/jobs/job_steps.h"

namespace sharpen {
namespace {

constexpr int max_downloads = 3;
constexpr std::size_t band_bytes = 1 << 20;

Error damaged(std::string message) {
  return {ErrorKind::bad_picture, std::move(message),
          _("The service stores the result for seven days.")};
}

/// It may come back the same, however often it is fetched.
Error unreadable(std::string message) {
  return {ErrorKind::bad_picture, std::move(message),
          _("The service stores the result for seven days: fetch it again under Filters > Enhance, "
            "or ask its support for a PNG of 8 or 16 bits.")};
}

Result<FileFormat> sniff_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::array<char, 12> first{};
  stream.read(first.data(), first.size());
  const auto bytes =
      std::as_bytes(std::span(first).first(static_cast<std::size_t>(stream.gcount())));
  if (const auto format = sniff(bytes)) return *format;
  const auto other = name_of_other_format(bytes);
  if (other.empty())
    return std::unexpected(
        unreadable(_("The service's answer is not a PNG, JPEG or TIFF picture.")));
  return std::unexpected(unreadable(
      tr("The picture that came back is in the format {}, which was not asked for.", other)));
}

Result<std::string> ask_for_url(Service& service, const std::string& process_id, const Pace& pace,
                                GCancellable* cancellable) {
  Backoff backoff(pace);
  for (int tries = 1;; ++tries) {
    auto url = with_retries<std::string>(
        service, pace, cancellable, [&] { return service.download_url(process_id, cancellable); });
    const bool not_ready = !url && url.error().kind == ErrorKind::conflict;
    if (!not_ready || tries >= pace.tries) return url;
    if (!backoff.wait(service.retry_after(), cancellable))
      return std::unexpected(cancelled_error());
  }
}

}  // namespace

Result<CheckedPicture> check_picture(const std::filesystem::path& file, GCancellable* cancellable) {
  const auto format = sniff_file(file);
  if (!format) return std::unexpected(format.error());
  auto reader = open_picture(file);
  if (!reader)
    return std::unexpected(
        unreadable(tr("The picture that came back cannot be read: {}", reader.error().message)));
  const PictureInfo& info = (*reader)->info();
  const std::size_t row = info.bytes_per_row();
  const std::size_t rows = std::max<std::size_t>(1, band_bytes / row);
  std::vector<std::byte> band(rows * row);
  for (std::uint32_t done = 0; done < info.height;) {
    if (g_cancellable_is_cancelled(cancellable)) return std::unexpected(cancelled_error());
    const std::size_t wanted = std::min<std::size_t>(rows, info.height - done);
    const auto count = (*reader)->read(std::span(band).first(wanted * row));
    if (!count || *count == 0)
      return std::unexpected(damaged(_("The picture that came back is damaged or cut off.")));
    done += *count;
  }
  return CheckedPicture{*format, info};
}

Result<CheckedPicture> fetch_result(Service& service, const std::string& process_id,
                                    std::string url, const std::filesystem::path& into,
                                    const ExpectedPicture& expected, const Pace& pace,
                                    const Transfer& on_transfer, GCancellable* cancellable) {
  Backoff backoff(pace);
  int expired = 0;
  for (int downloads = 1;; ++downloads) {
    if (url.empty()) {
      auto asked = ask_for_url(service, process_id, pace, cancellable);
      if (!asked) return fail(std::move(asked));
      url = *std::move(asked);
    }
    auto done =
        service.download(url, into, expected.max_bytes(), on_transfer, cancellable, pace.download);
    if (!done && done.error().kind == ErrorKind::not_found && !process_id.empty()) {
      if (++expired < pace.tries) {
        // The first may be old; one that is fresh may not yet have reached its host.
        if (expired > 1 && !backoff.wait({}, cancellable))
          return std::unexpected(cancelled_error());
        url.clear();
        continue;
      }
      // The address was fresh: its host has a fault, the job is still there.
      done.error().kind = ErrorKind::service_failed;
    }
    if (!done) return fail(std::move(done));
    auto checked = check_picture(into, cancellable);
    if (checked || checked.error().kind != ErrorKind::bad_picture || downloads >= max_downloads)
      return checked;
  }
}

}  // namespace sharpen

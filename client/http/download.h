#pragma once

#include <gio/gio.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "client/http/http.h"
#include "client/http/transfer.h"

namespace sharpen {

/// Fetches a result into a file without any key. `url` may be relative to the service's. Every
/// address, also of at most five redirects, is checked with check_download_url() first; a broken
/// transfer goes on where it stopped if the host allows ranges, else from the beginning, a few
/// times with growing pauses. However the host behaves, it ends: a minute, and as long as the
/// largest result takes at 16 kB a second. Errors: not_found (the address has expired), too_large,
/// protocol (hostile address), network, tls, service_failed, io, cancelled.
[[nodiscard]] Result<void> download_file(Http& http, const std::string& url,
                                         const std::string& base_url,
                                         const std::filesystem::path& into, std::uint64_t max_bytes,
                                         const Transfer& on_transfer, GCancellable* cancellable,
                                         const DownloadPatience& patience = {});

/// The byte at which a `Content-Range` header says that the body begins.
[[nodiscard]] std::optional<std::uint64_t> range_start(std::string_view content_range);

}  // namespace sharpen

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "client/http/http.h"
#include "client/providers/service.h"

namespace sharpen::topaz {

/// The answers of the Topaz Image API as values (docs/service-contract.md, part 1). All read
/// leniently what the vendor calls required, and strictly what is used in an address. Errors:
/// protocol, too_large.

/// Process and source id, from the body or from the headers.
[[nodiscard]] Result<Submitted> parse_submitted(const HttpAnswer& answer);
[[nodiscard]] Result<Status> parse_status(std::string_view body);

struct StatusPage {
  std::vector<Status> jobs;
  std::string next_cursor;  ///< empty on the last page
};
/// Both forms of the list: the plain array and the page.
[[nodiscard]] Result<StatusPage> parse_status_page(std::string_view body);
/// `download_url`, or `url` as the vendor's own example reads.
[[nodiscard]] Result<std::string> parse_download(std::string_view body);
[[nodiscard]] Result<Price> parse_estimate(std::string_view body);
[[nodiscard]] Result<Balance> parse_balance(std::string_view body);

/// Whether an id may stand in an address: 1 to 128 letters, digits, `-` and `_`.
[[nodiscard]] bool is_id(std::string_view text);

}  // namespace sharpen::topaz

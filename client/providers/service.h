#pragma once

#include <gio/gio.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "client/http/transfer.h"
#include "client/providers/models.h"
#include "client/providers/settings.h"
#include "image/picture.h"

namespace sharpen {

/// A picture on disk, ready to be sent.
struct Upload {
  std::filesystem::path file;
  FileFormat format = FileFormat::png;
  std::string name;  ///< fresh and unique, "gimp-<uuid>.png": the lost job is found by it
  std::uint32_t width = 0, height = 0;
  int channels = 3, bits = 8;
  std::string fingerprint;  ///< fingerprint_of() the file, if that is known already
  std::string source_id;    ///< an upload that the service already has, instead of `file`
  std::optional<std::array<std::uint32_t, 4>> crop;  ///< x, y, width, height; our own service only
  bool fast = false;                                 ///< preview preset; our own service only
};

/// Where a picture that comes with the answer to a submit is written: beside the upload, so that it
/// is found after whatever happens before its job is written down.
[[nodiscard]] std::filesystem::path answer_file(const std::filesystem::path& upload);

/// The answer to a submit. The AI/ML API answers with the result at once.
struct Submitted {
  std::string process_id;
  std::string source_id;
  std::string download_url;  ///< set if the result is ready with the answer
  std::optional<std::filesystem::path> inline_result;  ///< answer_file(), if it came
  std::optional<double> cost;
};

enum class JobState { pending, processing, completed, cancelled, failed };

/// One reading of a job's status. Unknown words read as processing.
struct Status {
  JobState state = JobState::processing;
  double progress = 0;              ///< 0 … 1; may jump or go back
  std::optional<std::int64_t> eta;  ///< Unix seconds
  std::optional<double> cost;       ///< credits
  std::uint32_t output_width = 0, output_height = 0;
  std::string process_id, filename, options_json;
};

struct Price {
  double amount = 0;
  std::string unit;               ///< "credits" or "USD"
  std::optional<double> seconds;  ///< expected duration
  bool confirmed = false;         ///< by the service; false: from the offline rule
};

struct Balance {
  double available = 0;
  std::string unit;
};

/// What a service can do; decides what the dialog shows.
struct Capabilities {
  bool needs_key = false, has_estimate = false, has_balance = false, has_cancel = false;
  bool asynchronous = true, has_crop = false, free_of_charge = false;
};

/// A sharpen service. Every call blocks and belongs to the thread that made the object; cancelling
/// `cancellable` from any thread ends a call within 0.5 s with ErrorKind::cancelled.
class Service {
 public:
  virtual ~Service() = default;
  [[nodiscard]] virtual ServiceKind kind() const = 0;
  [[nodiscard]] virtual const Capabilities& capabilities() const = 0;

  /// Starts a paid job; sent exactly once, never repeated by this call. Errors `network`, `tls`,
  /// `busy` and `cancelled` prove that nothing was accepted; `maybe_billed` is a request that was
  /// begun and whose answer was lost.
  [[nodiscard]] virtual Result<Submitted> submit(const Upload&, const Settings&, const Transfer&,
                                                 GCancellable*) = 0;
  [[nodiscard]] virtual Result<Status> status(const std::string& process_id, GCancellable*) = 0;
  /// The job that was submitted under this upload name, if the service knows it.
  [[nodiscard]] virtual Result<std::optional<Status>> find_by_name(const std::string& upload_name,
                                                                   GCancellable*) = 0;
  /// True: stopped and not charged. False: too late, it will be charged.
  [[nodiscard]] virtual Result<bool> cancel(const std::string& process_id, GCancellable*) = 0;
  /// Deletes an ended job and its result at the service.
  [[nodiscard]] virtual Result<void> remove(const std::string& process_id, GCancellable*) = 0;
  /// Where the result can be read without the key.
  [[nodiscard]] virtual Result<std::string> download_url(const std::string& process_id,
                                                         GCancellable*) = 0;
  /// Fetches a result without the key, bounded by `max_bytes`, resumed where the host allows it.
  [[nodiscard]] virtual Result<void> download(const std::string& url,
                                              const std::filesystem::path& into,
                                              std::uint64_t max_bytes, const Transfer&,
                                              GCancellable*, const DownloadPatience&) = 0;
  [[nodiscard]] virtual Result<Price> estimate(std::uint32_t width, std::uint32_t height,
                                               const Settings&, GCancellable*) = 0;
  [[nodiscard]] virtual Result<Balance> balance(GCancellable*) = 0;
  /// How long the last answer asked us to wait (`Retry-After`), if it did.
  [[nodiscard]] virtual std::optional<std::chrono::seconds> retry_after() const { return {}; }
};

/// Where a service is and how to enter it. Holds a secret: never print it.
struct ServiceAddress {
  ServiceKind kind = ServiceKind::this_computer;
  std::string base_url;  ///< "https://api.topazlabs.com"; paths are appended
  std::string key;       ///< may be empty
  std::string ca_file;   ///< extra certificates, PEM; may be empty
};

/// Official base addresses; empty for this-computer and own-server.
[[nodiscard]] std::string official_url(ServiceKind kind);
/// The words of the procedure's `service` argument, and back.
[[nodiscard]] std::string_view word_of(ServiceKind kind);
[[nodiscard]] std::optional<ServiceKind> service_from(std::string_view word);
[[nodiscard]] const char* title_of(ServiceKind kind);  ///< N_()

/// Errors: bad_argument for an address that is neither https nor loopback http.
[[nodiscard]] Result<std::unique_ptr<Service>> open_service(const ServiceAddress& address);

/// The price without asking anybody: max(1, ceil(MP / N)) credits; AI/ML API in USD.
[[nodiscard]] Price offline_price(ServiceKind service, std::uint32_t width, std::uint32_t height,
                                  const Settings& settings);

/// "1 credit", "3 credits", "$0.12", as the user's locale writes numbers.
[[nodiscard]] std::string amount_text(double amount, const std::string& unit);

}  // namespace sharpen

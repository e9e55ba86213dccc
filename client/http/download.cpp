#include "client/http/download.h"

#include <algorithm>
#include <charconv>
#include <fstream>

#include "base/cancelled.h"
#include "base/i18n.h"
#include "client/http/address.h"
#include "client/http/deadline.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;

using Clock = std::chrono::steady_clock;
constexpr int max_redirects = 5;
constexpr std::uint64_t slowest_bytes_per_second = 16384;

Error disk_error() {
  return {ErrorKind::io, _("The result cannot be written to the disk."),
          _("Free some space, then fetch it again: the service still has it.")};
}

/// One transfer with all its tries.
class Download {
 public:
  Download(Http& http, const std::string& base_url, std::filesystem::path into,
           std::uint64_t max_bytes, const Transfer& on_transfer, GCancellable* cancellable,
           const DownloadPatience& patience)
      : http_(http),
        service_(reach_of_service(base_url, cancellable)),
        into_(std::move(into)),
        max_bytes_(max_bytes),
        on_transfer_(on_transfer),
        cancellable_(cancellable),
        patience_(patience),
        end_(Clock::now() + 60s + std::chrono::seconds(max_bytes / slowest_bytes_per_second)) {}

  Result<void> run(const std::string& url) {
    // What is on this computer and does not answer has ended.
    auto pause = service_ == Reach::loopback ? 50ms : 250ms;
    Error last;
    std::uint64_t furthest = 0;  // what is thrown away and fetched anew is no progress
    for (int failed = 0; failed < patience_.tries;) {
      auto step = fetch(url);
      if (step || !may_try_again(step.error().kind)) return step;
      last = std::move(step).error();
      const bool went_on = done_ >= furthest + patience_.least;
      failed = went_on ? 1 : failed + 1;
      if (went_on) furthest = done_;
      if (failed == patience_.tries || Clock::now() >= end_) break;
      if (!wait_for(std::max<std::chrono::milliseconds>(pause, asked_pause_), cancellable_))
        return std::unexpected(cancelled_error());
      pause = std::min<std::chrono::milliseconds>(pause * 2, 5s);
    }
    return std::unexpected(std::move(last));
  }

 private:
  static bool may_try_again(ErrorKind kind) {
    return kind == ErrorKind::network || kind == ErrorKind::service_failed ||
           kind == ErrorKind::busy;
  }

  Result<void> fetch(std::string url) {
    for (int redirects = 0; redirects <= max_redirects; ++redirects) {
      if (auto safe = check_download_url(url, service_); !safe) return safe;
      auto answer = http_.send(request_for(url), cancellable_);
      file_.close();
      if (!answer) return std::unexpected(std::move(answer).error().error);
      asked_pause_ = std::min<std::chrono::seconds>(retry_after(*answer).value_or(0s), 60s);
      if (answer->status >= 300 && answer->status < 400) {
        url = resolve_url(url, answer->header("Location"));
        continue;
      }
      return judge(*answer);
    }
    return fail(ErrorKind::protocol, _("The address of the result leads in circles."),
                _("Try to fetch it again later."));
  }

  Result<void> judge(const HttpAnswer& answer) {
    if (answer.ok()) {
      if (done_ > 0) return {};
      return fail(ErrorKind::network, _("The result came back empty."),
                  _("Try to fetch it again."));
    }
    if (answer.status == 416 && done_ > 0) {
      begin_anew();
      return fail(ErrorKind::network, _("The host of the result cannot resume the download."),
                  _("Try to fetch it again later."));
    }
    switch (answer.status) {
      case 400:
      case 401:
      case 403:
      case 404:
      case 410:
        return fail(
            ErrorKind::not_found,
            tr("The address of the result is not valid any longer (HTTP {}).", answer.status),
            _("Fetch it again under Filters > Enhance; results are stored for seven days."));
      default:
        return fail(answer.status == 429   ? ErrorKind::busy
                    : answer.status == 408 ? ErrorKind::network
                    : answer.status >= 500 ? ErrorKind::service_failed
                                           : ErrorKind::protocol,
                    tr("The host of the result refuses to send it (HTTP {}).", answer.status),
                    _("Wait a little, then try again."));
    }
  }

  HttpRequest request_for(const std::string& url) {
    HttpRequest request;
    request.url = url;
    if (packed_) begin_anew();
    if (done_ > 0) {
      request.headers.emplace_back("Range", "bytes=" + std::to_string(done_) + "-");
      if (!validator_.empty()) request.headers.emplace_back("If-Range", validator_);
    }
    request.max_bytes = max_bytes_;
    request.nearest = service_;
    request.silence = patience_.silence;
    request.least = patience_.least;
    request.deadline = std::chrono::ceil<std::chrono::seconds>(end_ - Clock::now());
    request.sink = [this](const HttpAnswer& head, std::span<const std::byte> piece) {
      return take(head, piece);
    };
    return request;
  }

  Result<void> take(const HttpAnswer& head, std::span<const std::byte> piece) {
    if (!file_.is_open()) {
      if (auto begun = begin(head); !begun) return begun;
    }
    if (done_ + piece.size() > max_bytes_)
      return fail(ErrorKind::too_large, _("The result is larger than this picture can be."),
                  _("It was not read to its end. Tell the service's support."));
    file_.write(reinterpret_cast<const char*>(piece.data()),
                static_cast<std::streamsize>(piece.size()));
    file_.flush();
    if (!file_) return std::unexpected(disk_error());
    done_ += piece.size();
    if (on_transfer_) on_transfer_(done_, total_);
    return {};
  }

  Result<void> begin(const HttpAnswer& head) {
    const bool part = head.status == 206;
    if (part && range_start(head.header("Content-Range")) != done_) {
      begin_anew();
      return fail(ErrorKind::network, _("The host of the result sent another part of it."),
                  _("Try to fetch it again."));
    }
    if (!part) begin_anew();
    // Ranges count packed bytes, so what is unpacked here cannot be gone on with.
    packed_ = !head.header("Content-Encoding").empty();
    const std::string tag = head.header("ETag");
    validator_ = tag.starts_with("W/") ? "" : tag;
    std::uint64_t length = 0;
    const std::string text = head.header("Content-Length");
    std::from_chars(text.data(), text.data() + text.size(), length);
    total_ = length > 0 && !packed_ ? done_ + length : 0;
    file_.open(into_, std::ios::binary | (part ? std::ios::app : std::ios::trunc));
    if (!file_) return std::unexpected(disk_error());
    return {};
  }

  void begin_anew() {
    done_ = 0;
    validator_.clear();
  }

  Http& http_;
  Reach service_;
  std::filesystem::path into_;
  std::uint64_t max_bytes_;
  const Transfer& on_transfer_;
  GCancellable* cancellable_;
  const DownloadPatience patience_;
  const Clock::time_point end_;
  std::ofstream file_;
  std::uint64_t done_ = 0, total_ = 0;
  std::string validator_;
  bool packed_ = false;
  std::chrono::seconds asked_pause_{0};
};

}  // namespace

std::optional<std::uint64_t> range_start(std::string_view content_range) {
  constexpr std::string_view unit = "bytes ";
  if (!content_range.starts_with(unit)) return {};
  content_range.remove_prefix(unit.size());
  std::uint64_t start = 0;
  const auto [end, error] =
      std::from_chars(content_range.data(), content_range.data() + content_range.size(), start);
  if (error != std::errc() || end == content_range.data() + content_range.size() || *end != '-')
    return {};
  return start;
}

Result<void> download_file(Http& http, const std::string& url, const std::string& base_url,
                           const std::filesystem::path& into, std::uint64_t max_bytes,
                           const Transfer& on_transfer, GCancellable* cancellable,
                           const DownloadPatience& patience) {
  return Download(http, base_url, into, max_bytes, on_transfer, cancellable, patience)
      .run(resolve_url(base_url, url));
}

}  // namespace sharpen

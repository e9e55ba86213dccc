#include <format>

#include "base/cancelled.h"
#include "base/i18n.h"
#include "client/jobs/job_steps.h"

namespace sharpen {
namespace {

constexpr std::uint64_t form_bytes = 64 << 10;  // of the other fields, generously
constexpr int lookups = 4;

/// What is known of a submit whose answer was lost.
Result<Submitted> adopt(Service& service, const Upload& upload, const Pace& pace, const Error& lost,
                        bool sent_whole, GCancellable* cancellable) {
  if (!service.capabilities().asynchronous) return std::unexpected(lost);
  // A user who cancels waits no longer, but a job that was begun still has to be stopped.
  const bool cancelled = g_cancellable_is_cancelled(cancellable);
  Pace one_try = pace;
  one_try.tries = 1;
  const Deadline brief(nullptr, pace.cancel_limit);
  const auto found = cancelled ? look_up(service, upload.name, one_try, brief.cancellable())
                               : look_up(service, upload.name, pace, cancellable);
  if (found && *found)
    return Submitted{.process_id = (*found)->process_id,
                     .source_id = {},
                     .download_url = {},
                     .inline_result = {},
                     .cost = (*found)->cost};
  if (!sent_whole) {
    const ErrorKind kind = found ? lost.kind : found.error().kind;
    if (kind == ErrorKind::key_refused || kind == ErrorKind::no_credits ||
        kind == ErrorKind::no_subscription)
      return std::unexpected(found.error());
    return fail(ErrorKind::network, _("The connection broke while the picture was being sent."),
                _("The service did not accept the job and charges nothing. Try again."));
  }
  if (found)
    return fail(ErrorKind::maybe_billed, lost.message,
                _("The service does not list the job, so it was probably neither accepted nor "
                  "charged. It is looked for again under Filters > Enhance."));
  return std::unexpected(Error{ErrorKind::maybe_billed, lost.message,
                               _("It is looked for again, without being sent again, under "
                                 "Filters > Enhance.")});
}

}  // namespace

Result<void> check_limits(const Upload& upload, const Settings& settings) {
  const Model* model = find_model(wire_model(settings));
  const double most = model ? model->max_megapixels : 512;
  const double megapixels = double(upload.width) * double(upload.height) / 1e6;
  const char* hint = _("Select a part of the layer, or make it smaller.");
  if (upload.width == 0 || upload.height == 0)
    return fail(ErrorKind::bad_picture, _("The picture is empty."), _("Choose another layer."));
  if (upload.width > max_side_pixels || upload.height > max_side_pixels)
    return fail(ErrorKind::too_large,
                tr("The picture is {} × {} pixels; services accept at most {} on a side.",
                   upload.width, upload.height, max_side_pixels),
                hint);
  if (megapixels > most)
    return fail(ErrorKind::too_large,
                tr("The picture has {} megapixels; this model accepts at most {}.",
                   std::format("{:.0f}", megapixels), std::format("{:.0f}", most)),
                hint);
  if (!upload.source_id.empty()) return {};
  std::error_code error;
  const auto bytes = std::filesystem::file_size(upload.file, error);
  if (error)
    return fail(ErrorKind::io, tr("The picture to be sent cannot be read: {}.", error.message()),
                _("Try again; the picture will be written again."));
  if (bytes + form_bytes > max_upload_bytes)
    return fail(ErrorKind::too_large,
                tr("The picture is {} MB large; services accept at most {} MB.", bytes / 1'000'000,
                   max_upload_bytes / 1'000'000),
                hint);
  return {};
}

Result<Price> price_now(Service& service, std::uint32_t width, std::uint32_t height,
                        const Settings& settings, const Pace& pace, GCancellable* cancellable) {
  Price price = offline_price(service.kind(), width, height, settings);
  if (!service.capabilities().has_estimate) return price;
  auto asked = with_retries<Price>(service, pace, cancellable, [&] {
    return service.estimate(width, height, settings, cancellable);
  });
  if (asked) return asked;
  // Its list of models lags behind (Auto Sharpen): the rule has to do.
  const ErrorKind kind = asked.error().kind;
  if (kind == ErrorKind::refused || kind == ErrorKind::not_found) return price;
  return asked;
}

Result<void> check_cost(Service& service, const Upload& upload, const Settings& settings,
                        const Pace& pace, GCancellable* cancellable) {
  if (!settings.max_cost || service.capabilities().free_of_charge) return {};
  const auto price = price_now(service, upload.width, upload.height, settings, pace, cancellable);
  if (!price) return std::unexpected(price.error());
  if (price->amount <= *settings.max_cost) return {};
  return fail(
      ErrorKind::too_expensive,
      tr("This would cost {}, more than your limit of {}.", amount_text(price->amount, price->unit),
         amount_text(*settings.max_cost, price->unit)),
      _("Nothing was sent. Raise the limit, or select a smaller part."));
}

Result<std::optional<Status>> look_up(Service& service, const std::string& name, const Pace& pace,
                                      GCancellable* cancellable) {
  Backoff backoff(pace);
  for (int asked = 1;; ++asked) {
    auto found = with_retries<std::optional<Status>>(
        service, pace, cancellable, [&] { return service.find_by_name(name, cancellable); });
    if (!found || *found || asked >= lookups || pace.tries == 1) return found;
    if (!backoff.wait({}, cancellable)) return std::unexpected(cancelled_error());
  }
}

Result<Submitted> submit_once(Service& service, const Upload& upload, const Settings& settings,
                              const Pace& pace, const Transfer& on_transfer,
                              GCancellable* cancellable) {
  Backoff backoff(pace);
  for (int tries = 1;; ++tries) {
    bool sent_whole = false;
    const auto count = [&](std::uint64_t done, std::uint64_t total) {
      sent_whole = done >= total;
      if (on_transfer) on_transfer(done, total);
    };
    auto submitted = service.submit(upload, settings, count, cancellable);
    if (submitted) return submitted;
    const Error& error = submitted.error();
    if (error.kind == ErrorKind::maybe_billed)
      return adopt(service, upload, pace, error, sent_whole, cancellable);
    const bool nothing_accepted = error.kind == ErrorKind::busy || error.kind == ErrorKind::network;
    if (error.kind == ErrorKind::busy && pace.on_busy) pace.on_busy();
    if (!nothing_accepted || tries >= most_tries(pace, error.kind)) return submitted;
    if (!backoff.wait(service.retry_after(), cancellable))
      return std::unexpected(cancelled_error());
  }
}

}  // namespace sharpen

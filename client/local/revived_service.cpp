#include "client/local/revived_service.h"

#include <utility>

#include "base/i18n.h"
#include "client/local/local_service.h"

namespace sharpen {
namespace {

constexpr int most_deaths = 3;

class RevivedService final : public Service {
 public:
  RevivedService(Home home, ServiceAddress address, std::unique_ptr<Service> service)
      : home_(std::move(home)), address_(std::move(address)), service_(std::move(service)) {}

  ServiceKind kind() const override { return service_->kind(); }
  const Capabilities& capabilities() const override { return capabilities_; }
  std::optional<std::chrono::seconds> retry_after() const override {
    return service_->retry_after();
  }

  Result<Submitted> submit(const Upload& upload, const Settings& settings,
                           const Transfer& on_transfer, GCancellable* cancellable) override {
    bool sent = false;
    return repeated<Submitted>(cancellable, [&]() -> Result<Submitted> {
      // The one that died may have taken it.
      if (std::exchange(sent, true))
        if (const auto found = service_->find_by_name(upload.name, cancellable); found && *found)
          return Submitted{.process_id = (*found)->process_id,
                           .source_id = {},
                           .download_url = {},
                           .inline_result = {},
                           .cost = {}};
      return service_->submit(upload, settings, on_transfer, cancellable);
    });
  }

  Result<Status> status(const std::string& process_id, GCancellable* cancellable) override {
    auto status =
        repeated<Status>(cancellable, [&] { return service_->status(process_id, cancellable); });
    // What ends every service would end the next one too, also for other pictures.
    if (deaths_ > most_deaths) (void)service_->cancel(process_id, cancellable);
    return status;
  }

  Result<std::optional<Status>> find_by_name(const std::string& upload_name,
                                             GCancellable* cancellable) override {
    return repeated<std::optional<Status>>(
        cancellable, [&] { return service_->find_by_name(upload_name, cancellable); });
  }

  Result<bool> cancel(const std::string& process_id, GCancellable* cancellable) override {
    return repeated<bool>(cancellable, [&] { return service_->cancel(process_id, cancellable); });
  }

  Result<void> remove(const std::string& process_id, GCancellable* cancellable) override {
    return repeated<void>(cancellable, [&] { return service_->remove(process_id, cancellable); });
  }

  Result<std::string> download_url(const std::string& process_id,
                                   GCancellable* cancellable) override {
    return repeated<std::string>(cancellable,
                                 [&] { return service_->download_url(process_id, cancellable); });
  }

  Result<void> download(const std::string& url, const std::filesystem::path& into,
                        std::uint64_t max_bytes, const Transfer& on_transfer,
                        GCancellable* cancellable, const DownloadPatience& patience) override {
    auto done = service_->download(url, into, max_bytes, on_transfer, cancellable, patience);
    if (done || done.error().kind != ErrorKind::network || is_running(address_)) return done;
    if (auto revived = revive(cancellable); !revived) return revived;
    return fail(ErrorKind::not_found, _("The address of the result is not valid any longer."),
                _("Fetch it again under Filters > Enhance."));
  }

  Result<Price> estimate(std::uint32_t width, std::uint32_t height, const Settings& settings,
                         GCancellable* cancellable) override {
    return repeated<Price>(
        cancellable, [&] { return service_->estimate(width, height, settings, cancellable); });
  }

  Result<Balance> balance(GCancellable* cancellable) override {
    return repeated<Balance>(cancellable, [&] { return service_->balance(cancellable); });
  }

 private:
  /// Finds the service where it is now; starts it if it is nowhere.
  Result<void> revive(GCancellable* cancellable) {
    auto found = local_service(home_, cancellable);
    if (!found) return fail(std::move(found));
    if (found->base_url == address_.base_url && found->key == address_.key) return {};
    address_ = *std::move(found);
    auto opened = open_service(address_);
    if (!opened) return fail(std::move(opened));
    service_ = *std::move(opened);
    if (++deaths_ <= most_deaths) return {};
    return fail(ErrorKind::io, _("The sharpening service of this computer ends again and again."),
                _("Perhaps there is not enough memory for this picture: close other programs, or "
                  "select a part of the layer."));
  }

  template <class T, class Call>
  Result<T> repeated(GCancellable* cancellable, Call call) {
    for (int tries = 0;; ++tries) {
      // Its port may belong to somebody else by now.
      if (!is_running(address_))
        if (auto revived = revive(cancellable); !revived) return fail(std::move(revived));
      Result<T> result = call();
      const bool lost = !result && (result.error().kind == ErrorKind::network ||
                                    result.error().kind == ErrorKind::maybe_billed);
      if (!lost || tries == most_deaths || g_cancellable_is_cancelled(cancellable)) return result;
      if (auto revived = revive(cancellable); !revived) return fail(std::move(revived));
    }
  }

  Home home_;
  ServiceAddress address_;
  std::unique_ptr<Service> service_;
  const Capabilities capabilities_ = service_->capabilities();
  int deaths_ = 0;
};

}  // namespace

Result<std::unique_ptr<Service>> open_revived(const ServiceAddress& address, const Home& home) {
  auto service = open_service(address);
  // Without a program there is nothing to start.
  if (!service || address.kind != ServiceKind::this_computer || home.program.empty())
    return service;
  return std::make_unique<RevivedService>(home, address, *std::move(service));
}

}  // namespace sharpen

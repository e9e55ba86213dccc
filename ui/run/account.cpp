#include "ui/run/account.h"

#include "base/i18n.h"
#include "client/jobs/resolve_service.h"

namespace sharpen {
namespace {

constexpr unsigned typing_milliseconds = 400;

Result<Account> find_account(const Settings& settings, const Home& home,
                             GCancellable* cancellable) {
  if (settings.service_url.empty() && settings.service == word_of(ServiceKind::own_server)) {
    return fail(ErrorKind::bad_argument, _("The address of the server is missing."),
                _("Write it as https://host or https://host:port."));
  }
  auto address = resolve_service(settings, home, cancellable);
  if (!address) return fail(std::move(address));
  const auto service = open_service(*address);
  if (!service) return std::unexpected(service.error());
  return Account{std::move(*address), (*service)->capabilities()};
}

Result<Balance> find_balance(const ServiceAddress& address, GCancellable* cancellable) {
  const auto service = open_service(address);
  if (!service) return std::unexpected(service.error());
  return (*service)->balance(cancellable);
}

}  // namespace

AccountWatch::AccountWatch(Home home, Events events)
    : home_(std::move(home)), events_(std::move(events)) {}

void AccountWatch::follow(const Settings& settings) {
  const bool same_name = settings.service == settings_.service;
  if (followed_ && same_name && settings.service_url == settings_.service_url) return;
  settings_ = settings;
  account_.reset();
  finding_.cancel();
  asking_.cancel();
  const unsigned rest = std::exchange(followed_, true) && same_name ? typing_milliseconds : 1;
  rest_ = EventSource::timeout(rest, [this] { return look(), false; });
}

void AccountWatch::refresh() {
  account_.reset();
  asking_.cancel();
  look();
}

void AccountWatch::look() {
  finding_.start(
      [settings = settings_, home = home_](GCancellable* cancellable) {
        return find_account(settings, home, cancellable);
      },
      [this](Result<Account> found) {
        if (found) account_ = *found;
        events_.found(found);
        refresh_balance();
      });
}

void AccountWatch::refresh_balance() {
  if (!account_ || !account_->capabilities.has_balance) return;
  asking_.start([address = account_->address](
                    GCancellable* cancellable) { return find_balance(address, cancellable); },
                [this](const Result<Balance>& balance) { events_.balance(balance); });
}

}  // namespace sharpen

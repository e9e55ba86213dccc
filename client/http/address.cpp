#include "client/http/address.h"

#include <libsoup/soup.h>

#include <algorithm>
#include <memory>
#include <span>

#include "base/glib_error.h"
#include "base/glib_ref.h"
#include "base/i18n.h"

namespace sharpen {
namespace {

/// What is encoded stays so, whatever it encodes; a lonely % stands for itself.
constexpr auto lawful =
    static_cast<GUriFlags>(int(SOUP_HTTP_URI_FLAGS) | int(G_URI_FLAGS_PARSE_RELAXED));

std::string trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(blanks) - begin + 1));
}

std::string text_or_empty(const char* text) { return text ? text : ""; }

Reach reach_of_bytes(std::span<const guint8> bytes) {
  // An IPv4 address written as IPv6 (::ffff:127.0.0.1) is still that IPv4 address.
  if (bytes.size() == 16 &&
      std::ranges::all_of(bytes.first(10), [](guint8 byte) { return byte == 0; }) &&
      bytes[10] == 0xff && bytes[11] == 0xff)
    bytes = bytes.subspan(12);
  if (bytes.size() == 4) {
    const guint8 a = bytes[0], b = bytes[1];
    if (a == 127 || a == 0) return Reach::loopback;
    const bool is_private = a == 10 || (a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168) ||
                            (a == 169 && b == 254) || (a == 100 && b >= 64 && b < 128) || a >= 224;
    return is_private ? Reach::private_network : Reach::public_network;
  }
  const bool zeros = std::ranges::all_of(bytes.first(15), [](guint8 byte) { return byte == 0; });
  if (zeros && bytes[15] <= 1) return Reach::loopback;
  const bool is_private =
      (bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0xfe && bytes[1] >= 0x80) || bytes[0] == 0xff;
  return is_private ? Reach::private_network : Reach::public_network;
}

struct FreeAddresses {
  void operator()(GList* addresses) const { g_resolver_free_addresses(addresses); }
};

/// The nearest of the addresses that a name has; public if it cannot be resolved.
Reach reach_of_name(const std::string& host, GCancellable* cancellable) {
  const auto resolver = Ref<GResolver>::adopt(g_resolver_get_default());
  const std::unique_ptr<GList, FreeAddresses> addresses(
      g_resolver_lookup_by_name(resolver.get(), host.c_str(), cancellable, nullptr));
  Reach nearest = Reach::public_network;
  for (const GList* item = addresses.get(); item; item = item->next)
    nearest = std::min(nearest, reach_of(G_INET_ADDRESS(item->data)));
  return nearest;
}

bool goes_through_proxy(const std::string& url, GCancellable* cancellable) {
  const OwnedStrv proxies(
      g_proxy_resolver_lookup(g_proxy_resolver_get_default(), url.c_str(), cancellable, nullptr));
  return proxies && proxies.get()[0] && std::string_view(proxies.get()[0]) != "direct://";
}

}  // namespace

Ref<GUri> parse_url(const std::string& url) {
  return Ref<GUri>::adopt(g_uri_parse(url.c_str(), lawful, nullptr));
}

Reach reach_of(GInetAddress* address) {
  return reach_of_bytes(
      {g_inet_address_to_bytes(address), g_inet_address_get_native_size(address)});
}

Reach reach_of_host(const std::string& host) {
  if (g_ascii_strcasecmp(host.c_str(), "localhost") == 0 || host.ends_with(".localhost"))
    return Reach::loopback;
  const auto address = Ref<GInetAddress>::adopt(g_inet_address_new_from_string(host.c_str()));
  return address ? reach_of(address.get()) : Reach::public_network;
}

Reach reach_of_url(const std::string& url) {
  const auto uri = parse_url(url);
  return uri ? reach_of_host(text_or_empty(g_uri_get_host(uri.get()))) : Reach::public_network;
}

Result<std::string> checked_base_url(const std::string& typed) {
  const std::string url = trimmed(typed);
  const auto uri = parse_url(url);
  const std::string scheme = uri ? g_uri_get_scheme(uri.get()) : "";
  const std::string host = uri ? text_or_empty(g_uri_get_host(uri.get())) : "";
  if (host.empty() || (scheme != "https" && scheme != "http"))
    return fail(ErrorKind::bad_argument, tr("“{}” is not the address of a service.", url),
                _("Write it as https://host or https://host:port."));
  if (g_uri_get_userinfo(uri.get()) || g_uri_get_query(uri.get()) || g_uri_get_fragment(uri.get()))
    return fail(ErrorKind::bad_argument,
                _("The address of a service must not hold a user name, a query or a fragment."),
                _("Write it as https://host or https://host:port; the key goes to the keyring."));
  if (scheme == "http" && reach_of_host(host) != Reach::loopback)
    return fail(ErrorKind::bad_argument,
                tr("“{}” is not encrypted, so the key and the picture could be read.", url),
                _("Use https; plain http is for this computer only."));
  std::string base = url;
  while (base.ends_with('/')) base.pop_back();
  return base;
}

std::string origin_of(const std::string& url) {
  const auto uri = parse_url(url);
  const std::string host = uri ? text_or_empty(g_uri_get_host(uri.get())) : "";
  if (host.empty()) return {};
  const std::string scheme = g_uri_get_scheme(uri.get());
  const int port = g_uri_get_port(uri.get());
  const bool usual =
      port < 0 || (scheme == "https" && port == 443) || (scheme == "http" && port == 80);
  const std::string name = host.contains(':') ? "[" + host + "]" : host;
  return scheme + "://" + name + (usual ? "" : ":" + std::to_string(port));
}

Reach reach_of_service(const std::string& base_url, GCancellable* cancellable) {
  const Reach written = reach_of_url(base_url);
  if (written != Reach::public_network || goes_through_proxy(base_url, cancellable)) return written;
  const auto uri = parse_url(base_url);
  return uri ? reach_of_name(text_or_empty(g_uri_get_host(uri.get())), cancellable) : written;
}

Result<void> check_download_url(const std::string& url, Reach service) {
  const auto uri = parse_url(url);
  const std::string host = uri ? text_or_empty(g_uri_get_host(uri.get())) : "";
  if (host.empty() || g_uri_get_userinfo(uri.get())) return std::unexpected(unsafe_address());
  const std::string_view scheme = g_uri_get_scheme(uri.get());
  const Reach reach = reach_of_host(host);
  const bool plain = scheme == "http" && service == Reach::loopback && reach == Reach::loopback;
  if ((scheme != "https" && !plain) || reach < service) return std::unexpected(unsafe_address());
  return {};
}

Error unsafe_address() {
  return {ErrorKind::protocol,
          _("The service named an address for the result that is not safe to open."),
          _("Tell the service's support.")};
}

std::string resolve_url(const std::string& base, const std::string& reference) {
  const OwnedChars url(g_uri_resolve_relative(base.c_str(), reference.c_str(), lawful, nullptr));
  return text_or_empty(url.get());
}

std::string uri_escaped(std::string_view text) {
  return OwnedChars(g_uri_escape_string(std::string(text).c_str(), nullptr, FALSE)).get();
}

}  // namespace sharpen

#include "service/http/connection_limit.h"

#include <utility>

#include "base/glib_error.h"
#include "base/glib_ref.h"

namespace sharpen::server {
namespace {

constexpr const char* key = "sharpen-counted";
constexpr std::size_t network_bytes = 8;

std::string network_of(GSocket* socket) {
  GErrorGuard gone;
  const auto remote = Ref<GSocketAddress>::adopt(g_socket_get_remote_address(socket, gone.out()));
  if (!remote || !G_IS_INET_SOCKET_ADDRESS(remote.get())) return {};
  GInetAddress* address = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(remote.get()));
  std::string bytes(reinterpret_cast<const char*>(g_inet_address_to_bytes(address)),
                    g_inet_address_get_native_size(address));
  return bytes.substr(0, network_bytes);
}

}  // namespace

class ConnectionLimit::Counted {
 public:
  Counted(std::shared_ptr<Counts> counts, std::string network)
      : counts_(std::move(counts)), network_(std::move(network)) {
    ++(*counts_)[network_];
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    if (--counts_->at(network_) == 0) counts_->erase(network_);
  }

 private:
  std::shared_ptr<Counts> counts_;
  std::string network_;
};

bool ConnectionLimit::admit(GSocket* socket) const {
  if (most_ == 0 || g_object_get_data(G_OBJECT(socket), key)) return true;
  const std::string network = network_of(socket);
  if (const auto found = counts_->find(network); found != counts_->end() && found->second >= most_)
    return false;
  auto counted = std::make_unique<Counted>(counts_, network);
  g_object_set_data_full(G_OBJECT(socket), key, counted.release(), [](gpointer data) {
    const std::unique_ptr<Counted> owner(static_cast<Counted*>(data));
  });
  return true;
}

}  // namespace sharpen::server

#pragma once

#include <gio/gio.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/glib_error.h"
#include "base/glib_ref.h"

namespace sharpen::test {

/// A client that says what it wants, when it wants.
class RawClient {
 public:
  explicit RawClient(const std::string& url) {
    const auto client = Ref<GSocketClient>::adopt(g_socket_client_new());
    connection_ = Ref<GSocketConnection>::adopt(
        g_socket_client_connect_to_uri(client.get(), url.c_str(), 80, nullptr, nullptr));
    if (!connection_) throw std::runtime_error("no connection to " + url);
    g_socket_set_timeout(g_socket_connection_get_socket(connection_.get()), 20);
  }
  /// False once the service has hung up.
  bool say(std::string_view text) {
    return g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection_.get())),
                                     text.data(), text.size(), nullptr, nullptr, nullptr);
  }
  /// What the service says next, or all until it hangs up; empty if it says nothing in time.
  std::string hear() {
    std::array<char, 4096> bytes{};
    const auto count =
        g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection_.get())),
                            bytes.data(), bytes.size(), nullptr, nullptr);
    return count > 0 ? std::string(bytes.data(), static_cast<std::size_t>(count)) : "";
  }
  /// Whether the service hangs up (in the end, if only because of our own limit).
  bool is_hung_up_on() {
    std::array<char, 4096> ignored{};
    while (true) {
      GErrorGuard error;
      const auto count =
          g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection_.get())),
                              ignored.data(), ignored.size(), nullptr, error.out());
      const bool ours = error.matches(G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
      if (count <= 0) return !ours;
    }
  }

 private:
  Ref<GSocketConnection> connection_;
};

}  // namespace sharpen::test

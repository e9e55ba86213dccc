#include "service/http/secrets.h"

#include <glib.h>
#include <sys/random.h>

#include <cerrno>
#include <system_error>

#include "base/glib_error.h"

namespace sharpen::server {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t filled = 0; filled < count;) {
    const ssize_t got = ::getrandom(bytes.data() + filled, count - filled, 0);
    if (got < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category());
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string hmac(std::string_view secret, std::string_view text) {
  return OwnedChars(g_compute_hmac_for_data(
                        G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(secret.data()),
                        secret.size(), reinterpret_cast<const guchar*>(text.data()), text.size()))
      .get();
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  // Digests have one length, whatever the lengths of the secrets.
  const std::string once = random_bytes(32);
  const std::string a = hmac(once, left), b = hmac(once, right);
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned>(a[i]) ^ static_cast<unsigned>(b[i]);
  return difference == 0;
}

}  // namespace sharpen::server

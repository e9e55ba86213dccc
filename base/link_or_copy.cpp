#include "base/link_or_copy.h"

namespace sharpen {

std::error_code link_or_copy(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code failed;
  std::filesystem::remove(to, failed);
  std::filesystem::create_hard_link(from, to, failed);
  if (failed) std::filesystem::copy_file(from, to, failed);
  return failed;
}

}  // namespace sharpen

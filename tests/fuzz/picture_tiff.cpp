#include "tests/fuzz/picture.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sharpen::fuzz::read_picture(data, size);
  return 0;
}

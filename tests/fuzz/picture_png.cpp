#include <algorithm>
#include <span>

#include "image/png_chunks.h"
#include "tests/fuzz/picture.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

/// Gives each whole chunk its right CRC, without which a change is refused before it is read.
void mend_checksums(std::span<std::byte> file) {
  using namespace sharpen;
  constexpr std::size_t kFrame = kPngChunkHeaderBytes + kPngChunkCrcBytes;
  if (file.size() < kPngSignature.size()) return;
  file = file.subspan(kPngSignature.size());
  while (file.size() >= kFrame) {
    const auto header = parse_png_chunk_header(file.first<kPngChunkHeaderBytes>());
    if (header.data_bytes > file.size() - kFrame) return;
    file = file.subspan(frame_png_chunk(file, header.type, header.data_bytes).size());
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  size = LLVMFuzzerMutate(data, size, max_size);
  // Some files keep their wrong checksums, for the code that finds them.
  if (seed % 16 != 0) mend_checksums(std::as_writable_bytes(std::span(data, size)));
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sharpen::fuzz::read_picture(data, size);
  return 0;
}

#include "service/engine/decode/luma.h"

namespace sharpen::engine {

Result<Plane> read_luma(const PixelStore& picture, const Box& box,
                        const std::array<ToneCurve, 3>* tones) {
  constexpr float kScale = 0.57735026919f;  // 1 / sqrt(3)
  std::array<Plane, 3> channels;
  const auto count = static_cast<std::size_t>(picture.colours());
  if (auto read = picture.read(box, std::span(channels.data(), count)); !read) {
    return fail(std::move(read));
  }
  for (std::size_t c = 0; tones && c < count; ++c) (*tones)[c].linearise(channels[c].values());
  if (count == 1) return std::move(channels[0]);
  float* luma = channels[0].data();
  for (std::size_t i = 0; i < channels[0].size(); ++i) {
    luma[i] = kScale * (luma[i] + channels[1].data()[i] + channels[2].data()[i]);
  }
  return std::move(channels[0]);
}

}  // namespace sharpen::engine

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

Result<std::vector<Plane>> read_lumas(const PixelStore& picture, std::span<const Box> boxes,
                                      const std::array<ToneCurve, 3>* tones) {
  std::vector<Plane> planes;
  for (const Box& box : boxes) {
    auto plane = read_luma(picture, box, tones);
    if (!plane) return fail(std::move(plane));
    planes.push_back(std::move(*plane));
  }
  return planes;
}

}  // namespace sharpen::engine

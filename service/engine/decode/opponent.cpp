#include "service/engine/decode/opponent.h"

#include "service/engine/math/vectorise.h"

namespace sharpen::engine {
namespace {

constexpr float kThird = 0.57735026919f;  // 1 / sqrt(3)
constexpr float kHalf = 0.70710678119f;   // 1 / sqrt(2)
constexpr float kSixth = 0.40824829046f;  // 1 / sqrt(6)

SHARPEN_VECTORISED
void forward(float* a, float* b, float* c, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float red = a[i], green = b[i], blue = c[i];
    a[i] = kThird * (red + green + blue);
    b[i] = kHalf * (red - blue);
    c[i] = kSixth * (red - 2 * green + blue);
  }
}

SHARPEN_VECTORISED
void backward(float* a, float* b, float* c, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float luma = kThird * a[i], u = kHalf * b[i], v = kSixth * c[i];
    a[i] = luma + u + v;
    b[i] = luma - 2 * v;
    c[i] = luma - u + v;
  }
}

}  // namespace

void to_opponent(std::span<Plane> channels) {
  if (channels.size() < 3) return;
  forward(channels[0].data(), channels[1].data(), channels[2].data(), channels[0].size());
}

void from_opponent(std::span<Plane> channels) {
  if (channels.size() < 3) return;
  backward(channels[0].data(), channels[1].data(), channels[2].data(), channels[0].size());
}

}  // namespace sharpen::engine

#include "service/engine/deconvolve/dct_denoise.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "service/engine/math/vectorise.h"

namespace sharpen::engine {
namespace {

constexpr int kLanes = 16;
constexpr int kStrip = 128;  ///< block positions whose products stay in the first cache
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));
using Masks = int __attribute__((vector_size(kLanes * sizeof(int))));

// Orthonormal cosine transform of 8 values: the even half as a 4-point transform, the odd half as a
// 4x4 product. C[k] = cos(k pi / 16) / 2, and kDc is 1 / sqrt(8).
constexpr float kDc = 0.35355339059f;
constexpr float kC1 = 0.49039264020f, kC2 = 0.46193976626f, kC3 = 0.41573480615f;
constexpr float kC5 = 0.27778511651f, kC6 = 0.19134171618f, kC7 = 0.09754516101f;

#define SHARPEN_INLINE inline __attribute__((always_inline))

SHARPEN_INLINE void load(Lanes& to, const float* from) { std::memcpy(&to, from, sizeof(Lanes)); }
SHARPEN_INLINE void store(float* to, const Lanes& from) { std::memcpy(to, &from, sizeof(Lanes)); }

SHARPEN_INLINE void forward8(Lanes* v) {
  const Lanes s0 = v[0] + v[7], s1 = v[1] + v[6], s2 = v[2] + v[5], s3 = v[3] + v[4];
  const Lanes d0 = v[0] - v[7], d1 = v[1] - v[6], d2 = v[2] - v[5], d3 = v[3] - v[4];
  const Lanes a = s0 + s3, b = s1 + s2, c = s0 - s3, d = s1 - s2;
  v[0] = kDc * (a + b);
  v[4] = kDc * (a - b);
  v[2] = kC2 * c + kC6 * d;
  v[6] = kC6 * c - kC2 * d;
  v[1] = kC1 * d0 + kC3 * d1 + kC5 * d2 + kC7 * d3;
  v[3] = kC3 * d0 - kC7 * d1 - kC1 * d2 - kC5 * d3;
  v[5] = kC5 * d0 - kC1 * d1 + kC7 * d2 + kC3 * d3;
  v[7] = kC7 * d0 - kC5 * d1 + kC3 * d2 - kC1 * d3;
}

SHARPEN_INLINE void inverse8(Lanes* v) {
  const Lanes a = kDc * (v[0] + v[4]), b = kDc * (v[0] - v[4]);
  const Lanes c = kC2 * v[2] + kC6 * v[6], d = kC6 * v[2] - kC2 * v[6];
  const Lanes s0 = a + c, s3 = a - c, s1 = b + d, s2 = b - d;
  const Lanes d0 = kC1 * v[1] + kC3 * v[3] + kC5 * v[5] + kC7 * v[7];
  const Lanes d1 = kC3 * v[1] - kC7 * v[3] - kC1 * v[5] - kC5 * v[7];
  const Lanes d2 = kC5 * v[1] - kC1 * v[3] + kC7 * v[5] + kC3 * v[7];
  const Lanes d3 = kC7 * v[1] - kC5 * v[3] + kC3 * v[5] - kC1 * v[7];
  v[0] = s0 + d0;
  v[7] = s0 - d0;
  v[1] = s1 + d1;
  v[6] = s1 - d1;
  v[2] = s2 + d2;
  v[5] = s2 - d2;
  v[3] = s3 + d3;
  v[4] = s3 - d3;
}

/// The rows of one band of blocks: `stride` floats apart, with room for a whole strip at the end.
struct Band {
  int positions, stride;
  const float* columns;  ///< 8 rows of vertical coefficients
  float* sums;           ///< 8 rows, summed over the blocks of the band
  float* weights;        ///< summed block weights of each column
  float* products;       ///< 64 rows of a strip: weighted results by coefficient and column offset
  const float* local;    ///< the threshold's factor at each position, or null
};

/// Transforms, thresholds and transforms back all blocks of the band from `first` on.
SHARPEN_INLINE void threshold_strip(const Band& band, int first, float threshold) {
  constexpr int kRow = kStrip + 2 * kLanes;
  const int last = std::min(first + kStrip, band.positions);
  const int chunks = (last - first + kLanes - 1) / kLanes;
  float* weight_row = band.products + 64 * kRow;
  for (int chunk = 0; chunk < chunks; ++chunk) {
    const int x = first + chunk * kLanes;
    Lanes block[64];
    for (int k = 0; k < 8; ++k) {
      for (int j = 0; j < 8; ++j) load(block[8 * k + j], band.columns + k * band.stride + x + j);
      forward8(block + 8 * k);
    }
    Lanes limit = Lanes{} + threshold * threshold;
    if (band.local) {
      Lanes factor;
      load(factor, band.local + x);
      limit *= factor * factor;
    }
    Masks kept = {};
    for (int i = 1; i < 64; ++i) {
      const Masks keep = block[i] * block[i] > limit;
      kept -= keep;
      block[i] = keep ? block[i] : Lanes{};
    }
    Lanes weight = 1.0f / (__builtin_convertvector(kept, Lanes) + 1.064f);
    if (x + kLanes > last) {
      for (int i = last - x; i < kLanes; ++i) weight[i] = 0;
    }
    store(weight_row + kLanes + chunk * kLanes, weight);
    for (int k = 0; k < 8; ++k) {
      inverse8(block + 8 * k);
      for (int j = 0; j < 8; ++j) {
        store(band.products + (8 * k + j) * kRow + kLanes + chunk * kLanes,
              weight * block[8 * k + j]);
      }
    }
  }
  // Each block adds to the eight columns it covers; done here so that no store meets a load that
  // overlaps it by half.
  const int width = chunks * kLanes + kLanes;
  for (int row = 0; row < 65; ++row) {
    float* values = band.products + row * kRow;
    std::fill_n(values, kLanes, 0.0f);
    std::fill_n(values + kLanes + chunks * kLanes, kLanes, 0.0f);
  }
  for (int k = 0; k < 8; ++k) {
    float* to = band.sums + k * band.stride + first;
    for (int x = 0; x < width; x += kLanes) {
      Lanes sum;
      load(sum, to + x);
      for (int j = 0; j < 8; ++j) {
        Lanes part;
        load(part, band.products + (8 * k + j) * kRow + kLanes + x - j);
        sum += part;
      }
      store(to + x, sum);
    }
  }
  float* to = band.weights + first;
  for (int x = 0; x < width; x += kLanes) {
    Lanes sum;
    load(sum, to + x);
    for (int j = 0; j < 8; ++j) {
      Lanes part;
      load(part, weight_row + kLanes + x - j);
      sum += part;
    }
    store(to + x, sum);
  }
}

SHARPEN_VECTORISED
void denoise_band(const Plane& from, Plane& to, Plane& weight, int y, float threshold,
                  const Band& band, float* columns) {
  const int width = from.width();
  for (int x = 0; x < band.stride; x += kLanes) {
    Lanes v[8];
    for (int i = 0; i < 8; ++i) {
      if (x + kLanes <= width) {
        load(v[i], from.row(y + i) + x);
      } else {
        v[i] = Lanes{};
        for (int lane = 0; x + lane < width; ++lane) v[i][lane] = from.row(y + i)[x + lane];
      }
    }
    forward8(v);
    for (int i = 0; i < 8; ++i) store(columns + i * band.stride + x, v[i]);
  }
  std::fill_n(band.sums, 8 * band.stride, 0.0f);
  std::fill_n(band.weights, band.stride, 0.0f);
  for (int first = 0; first < band.positions; first += kStrip) {
    threshold_strip(band, first, threshold);
  }
  for (int x = 0; x < width; x += kLanes) {
    Lanes v[8], added;
    for (int i = 0; i < 8; ++i) load(v[i], band.sums + i * band.stride + x);
    inverse8(v);
    load(added, band.weights + x);
    const int count = std::min(kLanes, width - x);
    for (int i = 0; i < 8; ++i) {
      float* out = to.row(y + i) + x;
      float* total = weight.row(y + i) + x;
      if (count == kLanes) {
        Lanes a, b;
        load(a, out);
        load(b, total);
        store(out, a + v[i]);
        store(total, b + added);
      } else {
        for (int lane = 0; lane < count; ++lane) {
          out[lane] += v[i][lane];
          total[lane] += added[lane];
        }
      }
    }
  }
}

#undef SHARPEN_INLINE

}  // namespace

void dct_denoise(const Plane& from, Plane& to, float threshold, const Plane& local, int row_step,
                 DctScratch& scratch) {
  const int width = from.width(), height = from.height();
  if (to.width() != width || to.height() != height) to = Plane(width, height);
  if (width < 8 || height < 8) {
    std::ranges::copy(from.values(), to.values().begin());
    return;
  }
  const int stride = (width + kStrip + 3 * kLanes) / kLanes * kLanes;
  scratch.columns.resize(std::size_t(8 * stride));
  scratch.sums.resize(std::size_t(8 * stride));
  scratch.weights.resize(std::size_t(stride));
  scratch.products.resize(std::size_t(65 * (kStrip + 2 * kLanes)));
  std::vector<float, FftAllocator<float>> factors;
  if (!local.empty()) factors.assign(std::size_t(stride), 1.0f);
  if (scratch.weight.width() != width || scratch.weight.height() != height) {
    scratch.weight = Plane(width, height);
  }
  std::ranges::fill(to.values(), 0.0f);
  std::ranges::fill(scratch.weight.values(), 0.0f);
  const int last = height - 8;
  for (int step = 0; step * row_step < last + row_step; ++step) {
    const int y = std::min(step * row_step, last);
    if (!local.empty()) std::copy_n(local.row(y), width, factors.begin());
    const Band band{.positions = width - 7,
                    .stride = stride,
                    .columns = scratch.columns.data(),
                    .sums = scratch.sums.data(),
                    .weights = scratch.weights.data(),
                    .products = scratch.products.data(),
                    .local = local.empty() ? nullptr : factors.data()};
    denoise_band(from, to, scratch.weight, y, threshold, band, scratch.columns.data());
  }
  float* out = to.data();
  const float* weight = scratch.weight.data();
  for (std::size_t i = 0; i < to.size(); ++i) out[i] /= weight[i];
}

}  // namespace sharpen::engine

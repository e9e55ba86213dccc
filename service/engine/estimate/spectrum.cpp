#include "service/engine/estimate/spectrum.h"

#include <cmath>
#include <numbers>

namespace sharpen::engine {

BlockSpectrum::BlockSpectrum() : fft_(kBlock, kBlock), window_(kBlock) {
  double energy = 0;
  for (int i = 0; i < kBlock; ++i) {
    const double value = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (i + 0.5) / kBlock);
    window_[static_cast<std::size_t>(i)] = static_cast<float>(value);
    energy += value * value;
  }
  scale_ = static_cast<float>(1 / (energy * energy));
}

void BlockSpectrum::add(const Plane& luma, int x, int y, Plane& sum) const {
  thread_local Plane block(kBlock, kBlock);
  thread_local HalfSpectrum spectrum(kBlock, kBlock);
  double weighted = 0, weight = 0;
  for (int j = 0; j < kBlock; ++j) {
    const float* from = luma.row(y + j) + x;
    const float wy = window_[static_cast<std::size_t>(j)];
    for (int i = 0; i < kBlock; ++i) {
      const float w = wy * window_[static_cast<std::size_t>(i)];
      weighted += double(w) * double(from[i]);
      weight += double(w);
    }
  }
  const float mean = static_cast<float>(weighted / weight);
  for (int j = 0; j < kBlock; ++j) {
    const float* from = luma.row(y + j) + x;
    float* to = block.row(j);
    const float wy = window_[static_cast<std::size_t>(j)];
    for (int i = 0; i < kBlock; ++i) {
      to[i] = (from[i] - mean) * wy * window_[static_cast<std::size_t>(i)];
    }
  }
  fft_.forward(block, spectrum);
  float* to = sum.data();
  for (std::size_t i = 0; i < spectrum.size(); ++i) {
    to[i] += std::norm(spectrum.data()[i]) * scale_;
  }
}

float block_detail(const Plane& luma, int x, int y, float white) {
  // A difference of two box means answers most around 0.12 cycles per pixel, where a blurred
  // picture still has detail and a flat one has none.
  constexpr int kStep = 4;
  double squares = 0;
  int clipped = 0, count = 0;
  for (int j = 0; j + 2 * kStep <= kBlock; j += kStep) {
    for (int i = 0; i + 2 * kStep <= kBlock; i += kStep) {
      double here = 0, right = 0, below = 0;
      for (int v = 0; v < kStep; ++v) {
        const float* row = luma.row(y + j + v) + x + i;
        const float* next = luma.row(y + j + v + kStep) + x + i;
        for (int u = 0; u < kStep; ++u) {
          here += double(row[u]);
          right += double(row[u + kStep]);
          below += double(next[u]);
          clipped += row[u] > white ? 1 : 0;
        }
      }
      squares += (here - right) * (here - right) + (here - below) * (here - below);
      ++count;
    }
  }
  if (clipped * 50 > count * kStep * kStep) return -1;
  return static_cast<float>(squares / count);
}

}  // namespace sharpen::engine

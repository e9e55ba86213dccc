#include "service/engine/shake/kernel_solve.h"

#include <algorithm>
#include <cmath>

namespace sharpen::engine {
namespace {

constexpr int kSteps = 60;

}  // namespace

KernelProblem::KernelProblem(int of_side)
    : side(of_side), products(2 * of_side - 1, 2 * of_side - 1), projections(of_side, of_side) {}

void add_correlations(const Plane& sharp, const Plane& blurred, const Plane& window, const Fft& fft,
                      KernelProblem& problem) {
  const int width = fft.width(), height = fft.height();
  Plane gradient(width, height), correlation(width, height);
  HalfSpectrum of_sharp(width, height), of_blurred(width, height);
  const auto take = [&](const Plane& picture, bool down, HalfSpectrum& spectrum) {
    for (int y = 0; y < height; ++y) {
      const float* row = picture.row(y);
      const float* next = down ? picture.row((y + 1) % height) : row;
      const float* weight = window.row(y);
      float* to = gradient.row(y);
      for (int x = 0; x < width; ++x) {
        const float other = down ? next[x] : row[x + 1 < width ? x + 1 : 0];
        to[x] = weight[x] * (other - row[x]);
      }
    }
    fft.forward(gradient, spectrum);
  };
  HalfSpectrum products(width, height), projections(width, height);
  for (const bool down : {false, true}) {
    take(sharp, down, of_sharp);
    take(blurred, down, of_blurred);
    for (std::size_t i = 0; i < of_sharp.size(); ++i) {
      products.data()[i] += std::norm(of_sharp.data()[i]);
      projections.data()[i] += std::conj(of_sharp.data()[i]) * of_blurred.data()[i];
    }
  }
  const auto gather = [&](HalfSpectrum& spectrum, Plane& to) {
    fft.inverse(spectrum, correlation);
    const int reach = to.width() / 2;
    for (int y = -reach; y <= reach; ++y) {
      for (int x = -reach; x <= reach; ++x) {
        to.at(x + reach, y + reach) += correlation.at((x + width) % width, (y + height) % height);
      }
    }
  };
  gather(products, problem.products);
  gather(projections, problem.projections);
}

Plane solve_kernel(const KernelProblem& problem, Plane kernel, double ridge) {
  const int side = problem.side;
  const int length = Fft::good_length(2 * side - 1);
  const Fft fft(length, length);
  const float power = problem.products.at(side - 1, side - 1);
  Plane padded(length, length);
  for (int y = 1 - side; y < side; ++y) {
    for (int x = 1 - side; x < side; ++x) {
      padded.at((x + length) % length, (y + length) % length) =
          problem.products.at(x + side - 1, y + side - 1) / power;
    }
  }
  HalfSpectrum matrix(length, length), work(length, length);
  fft.forward(padded, matrix);
  float largest = 0;
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    largest = std::max(largest, std::abs(matrix.data()[i]));
  }
  const float step = 1 / (largest + static_cast<float>(ridge));
  Plane before = kernel, ahead = kernel;
  double momentum = 1;
  for (int i = 0; i < kSteps; ++i) {
    std::ranges::fill(padded.values(), 0.0f);
    for (int y = 0; y < side; ++y) std::copy_n(ahead.row(y), side, padded.row(y));
    fft.forward(padded, work);
    for (std::size_t k = 0; k < work.size(); ++k) {
      work.data()[k] *= matrix.data()[k].real() * fft.scale();
    }
    fft.inverse_scaled(work, padded);
    before = kernel;
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        const float gradient = padded.at(x, y) + static_cast<float>(ridge) * ahead.at(x, y) -
                               problem.projections.at(x, y) / power;
        kernel.at(x, y) = std::max(ahead.at(x, y) - step * gradient, 0.0f);
      }
    }
    const double next = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
    const float push = static_cast<float>((momentum - 1) / next);
    momentum = next;
    for (std::size_t k = 0; k < kernel.size(); ++k) {
      ahead.data()[k] = kernel.data()[k] + push * (kernel.data()[k] - before.data()[k]);
    }
  }
  double sum = 0;
  for (const float value : kernel.values()) sum += double(value);
  if (!(sum > 0)) return before;
  for (float& value : kernel.values()) value = static_cast<float>(value / sum);
  return kernel;
}

}  // namespace sharpen::engine

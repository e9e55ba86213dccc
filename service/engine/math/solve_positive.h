#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace sharpen::engine {

/// Solves matrix * x = right for the first `count` unknowns (Cholesky) and leaves x in `right`.
/// False if the matrix is not positive definite.
template <std::size_t Size>
[[nodiscard]] bool solve_positive(std::array<std::array<double, Size>, Size> a, std::size_t count,
                                  std::array<double, Size>& right) {
  for (std::size_t j = 0; j < count; ++j) {
    for (std::size_t k = 0; k < j; ++k) a[j][j] -= a[j][k] * a[j][k];
    if (!(a[j][j] > 0)) return false;
    a[j][j] = std::sqrt(a[j][j]);
    for (std::size_t i = j + 1; i < count; ++i) {
      for (std::size_t k = 0; k < j; ++k) a[i][j] -= a[i][k] * a[j][k];
      a[i][j] /= a[j][j];
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < i; ++k) right[i] -= a[i][k] * right[k];
    right[i] /= a[i][i];
  }
  for (std::size_t i = count; i-- > 0;) {
    for (std::size_t k = i + 1; k < count; ++k) right[i] -= a[k][i] * right[k];
    right[i] /= a[i][i];
  }
  return true;
}

}  // namespace sharpen::engine

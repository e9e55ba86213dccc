#include "service/engine/estimate/leakage.h"

#include <algorithm>

namespace sharpen::engine {

Plane leaked_square(const HalfSpectrum& transfer) {
  const int columns = transfer.columns(), rows = transfer.rows();
  Plane squares(columns, rows), across(columns, rows);
  for (std::size_t i = 0; i < squares.size(); ++i) {
    squares.data()[i] = std::norm(transfer.data()[i]);
  }
  for (int y = 0; y < rows; ++y) {
    // The other half of the spectrum is this one, turned by half a circle.
    const float* row = squares.row(y);
    const float* other = squares.row((rows - y) % rows);
    float* to = across.row(y);
    const int last = columns - 1;
    to[0] = (other[1] + 4 * row[0] + row[1]) / 6;
    for (int x = 1; x < last; ++x) to[x] = (row[x - 1] + 4 * row[x] + row[x + 1]) / 6;
    to[last] = (row[last - 1] + 4 * row[last] + other[last - 1]) / 6;
  }
  for (int y = 0; y < rows; ++y) {
    const float* above = across.row((y + rows - 1) % rows);
    const float* here = across.row(y);
    const float* below = across.row((y + 1) % rows);
    float* to = squares.row(y);
    for (int x = 0; x < columns; ++x) {
      to[x] = std::max((above[x] + 4 * here[x] + below[x]) / 6, 1e-7f);
    }
  }
  return squares;
}

}  // namespace sharpen::engine

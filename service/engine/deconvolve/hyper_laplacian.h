#pragma once

#include <vector>

#include "service/engine/math/fft.h"
#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// argmin over w of |w|^(2/3) + beta / 2 (w - v)^2, from a table that one change of scale makes
/// good for every beta.
class Shrinkage {
 public:
  Shrinkage();
  /// Of every gradient of `picture` (periodic), and the adjoint gradient of the result: what the
  /// right-hand side of the quadratic step needs.
  void shrink_gradients(const Plane& picture, float beta, Plane& adjoint, Plane& dx,
                        Plane& dy) const;

 private:
  std::vector<float> table_;
};

/// The adjoint of the two differences to the next pixel of a periodic picture.
void adjoint_gradient(const Plane& dx, const Plane& dy, Plane& adjoint);

/// The squared transfer function of the two differences at half-spectrum bin (column, row).
[[nodiscard]] Plane gradient_power(const Fft& fft);

}  // namespace sharpen::engine

#pragma once

#include "service/engine/math/plane.h"

namespace sharpen::engine {

// The closed steps of a deconvolution at every frequency: H is the blur's transfer function, Y the
// observed picture's spectrum, F the gradients' power. Results are multiplied by `scale`, which
// makes them ready for Fft::inverse_scaled().

/// X becomes x = (gain H Y + X) / (gain H^2 + F), and `blurred` H x.
void quadratic_step(const HalfSpectrum& observed, const Plane& transfer, const Plane& prior,
                    float gain, float scale, HalfSpectrum& inout, HalfSpectrum& blurred);

/// Z becomes x = (H Y + rho Z) / (H^2 + rho), and `blurred` H x.
void proximal_step(const HalfSpectrum& observed, const Plane& transfer, float rho, float scale,
                   HalfSpectrum& inout, HalfSpectrum& blurred);

/// x = H Y / (H^2 + weight F + least), blurred once more if `again`.
void plain_step(const HalfSpectrum& observed, const Plane& transfer, const Plane& prior,
                float weight, float least, bool again, float scale, HalfSpectrum& out);

/// X times `phase`, numbers of absolute value 1, or, to turn `back`, times their conjugates.
void turn(const HalfSpectrum& phase, bool back, HalfSpectrum& inout);

/// H X.
void multiply(const Plane& transfer, float scale, HalfSpectrum& inout);

}  // namespace sharpen::engine

#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <stop_token>
#include <vector>

#include "service/engine/math/fft.h"
#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// A blur that the bank undoes. The same list is in train/judge.py: the network knows members by
/// their place.
struct BankBlur {
  bool disk;   ///< else a Gauss
  float size;  ///< a disk's radius or a Gauss's standard deviation, in pixels
};

inline constexpr std::array kBankBlurs = {
    BankBlur{true, 1.0f},  BankBlur{true, 1.4f},  BankBlur{true, 1.9f},  BankBlur{true, 2.5f},
    BankBlur{true, 3.3f},  BankBlur{true, 4.4f},  BankBlur{true, 5.8f},  BankBlur{true, 7.7f},
    BankBlur{true, 10.2f}, BankBlur{false, 0.8f}, BankBlur{false, 1.3f}, BankBlur{false, 2.0f},
    BankBlur{false, 3.2f}};

/// Mirrored pixels around what is deconvolved.
inline constexpr int kBankMargin = 32;

/// Plain deconvolutions of one tile by each of kBankBlurs: divisions of spectra, regularised so
/// that none can do much harm. Its members are the tile itself, then what each division makes of
/// it.
class Bank {
 public:
  /// For tiles of this size.
  Bank(int width, int height);

  [[nodiscard]] std::size_t members() const { return inverses_.size() + 1; }

  /// Fills `into` (members() planes of the tile's size, one after the other) from the encoded luma
  /// of a tile, 0 … 1. Stopped, it leaves them unfinished.
  void undo(const Plane& luma, std::span<float> into, unsigned threads,
            const std::stop_token& stop) const;

 private:
  Fft fft_;
  std::vector<Plane> inverses_;  ///< real, with the transform's scale
};

}  // namespace sharpen::engine

#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/error.h"

namespace sharpen::engine {

/// The trained network that weighs a bank's members (train/judge.py), run by ONNX Runtime.
class Network {
 public:
  /// Sides of what it sees are multiples of this many pixels.
  static constexpr int kUnit = 16;
  /// One weight of its summary stands for this many pixels a side.
  static constexpr int kCell = 8;

  /// Whether this build has it; without ONNX Runtime it has none.
  [[nodiscard]] static bool available();
  /// Errors: internal (the weights cannot be read).
  [[nodiscard]] static Result<Network> load(unsigned threads);

  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  struct Answer {
    std::vector<float> luma;     ///< the result, width x height
    std::vector<float> weights;  ///< for each member (width / kCell) x (height / kCell)
  };
  /// `members` holds a plane of width x height for each member. Errors: internal.
  [[nodiscard]] Result<Answer> run(std::span<float> members, int width, int height);

 private:
  struct Session;
  explicit Network(std::unique_ptr<Session> session);
  std::unique_ptr<Session> session_;
};

}  // namespace sharpen::engine

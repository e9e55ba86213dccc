#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "service/engine/decode/pixel_store.h"
#include "service/engine/learned/bank.h"
#include "service/engine/learned/network.h"
#include "service/engine/render/render.h"

namespace sharpen::engine {

/// What the network makes of a picture without changing it.
struct BlurLook {
  double blurred = 0;  ///< the part of the detailed pixels that it would change, 0 … 1
  double radius = 0;   ///< of a disk that spreads light as far as what it found there, in pixels
};

/// How far each part of a picture is blurred: a value for each cell of Network::kCell pixels a
/// side.
struct BlurMap {
  Box area;
  int columns = 0, rows = 0;
  /// The mean radius that the network would undo, in pixels; what it would leave counts as 0.
  std::vector<float> radii;

  /// Between the middles of cells, in pixels of the picture.
  [[nodiscard]] float at(int x, int y) const;
};

/// Judges and undoes blurs that vary over the picture, or that no estimate is sure of: the network
/// blends plain deconvolutions, pixel by pixel, so that it changes little where it is not sure.
class LearnedJudge {
 public:
  /// Errors: internal (no ONNX Runtime, or the weights cannot be read).
  [[nodiscard]] static Result<LearnedJudge> load(unsigned threads);

  /// Looks at boxes from all over the picture, at most so many that it takes a fixed time. Errors:
  /// io; cancelled; internal.
  [[nodiscard]] Result<BlurLook> look(const PixelStore& picture, const std::stop_token& stop);

  /// Looks at all of `area`. Errors: io; cancelled; internal.
  [[nodiscard]] Result<BlurMap> map(const PixelStore& picture, const Box& area,
                                    const std::stop_token& stop);

  /// Hands the rows of `area` to `sink`, with the change that the network makes, as far and where
  /// the plan says; its blur does not count. Errors: io; cancelled; internal; what the sink
  /// returns.
  [[nodiscard]] Result<void> render(const PixelStore& picture, const Box& area, const Plan& plan,
                                    const RowSink& sink,
                                    const std::function<void(double)>& progress,
                                    const std::stop_token& stop);

 private:
  LearnedJudge(Network network, unsigned threads)
      : network_(std::move(network)), threads_(threads) {}

  struct Judged {
    Plane luma;    ///< encoded, of the size that the network saw
    Plane change;  ///< of it, of the size that was read
    Network::Answer answer;
    int columns = 0, rows = 0;  ///< cells of the answer's weights within the tile
  };
  /// What the network makes of one box. Errors: io; internal.
  [[nodiscard]] Result<Judged> judge(std::span<const Plane> channels, const std::stop_token& stop);

  /// What is to be added to the luma of one box: what the network changes in it, and a part of what
  /// it changes in the result; without looking again that is estimated. Errors: io; internal.
  [[nodiscard]] Result<Plane> change(std::span<const Plane> channels, bool look_again,
                                     const std::stop_token& stop);

  Network network_;
  unsigned threads_;
  std::unique_ptr<const Bank> bank_;  ///< for tiles of the last size
  int bank_width_ = 0, bank_height_ = 0;
  std::vector<float> members_;
};

}  // namespace sharpen::engine

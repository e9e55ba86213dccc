#include "service/engine/shake/path_refine.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "service/engine/deconvolve/hyper_laplacian.h"
#include "service/engine/deconvolve/spectral_steps.h"
#include "service/engine/deconvolve/tile.h"
#include "service/engine/estimate/blur_model.h"
#include "service/engine/shake/kernel_solve.h"

namespace sharpen::engine {
namespace {

constexpr float kEdgesFall = 1.1f;
constexpr float kCouplingGrowth = 4, kLastCoupling = 1e5f;
constexpr double kRidge = 5e-3;       ///< parts of the gradients' power
constexpr float kLeast = 0.03f;       ///< of the largest value; less is nothing
constexpr double kLeastPiece = 0.05;  ///< of the whole; a smaller piece apart is noise

/// One box, made periodic.
struct Scene {
  Scene(const Plane& box, int side)
      : fft(Fft::good_length(box.width() + 2 * side), Fft::good_length(box.height() + 2 * side)),
        gradients(gradient_power(fft)),
        blurred(fft.width(), fft.height()),
        window(fft.width(), fft.height()),
        spectrum(fft.width(), fft.height()) {
    pad_periodic(box, blurred);
    fft.forward(blurred, spectrum);
    const Box content = content_box(box, blurred);
    const int edge = side / 2;
    for (int y = edge; y < content.height - edge; ++y) {
      for (int x = edge; x < content.width - edge; ++x) {
        const int across = std::min(x, content.width - 1 - x);
        const int down = std::min(y, content.height - 1 - y);
        const int inside = std::min(across, down) - edge + 1;
        window.at(content.x + x, content.y + y) =
            std::min(1.0f, static_cast<float>(inside) / static_cast<float>(side));
      }
    }
  }

  Fft fft;
  Plane gradients, blurred;
  Plane window;  ///< 0 where what is beyond the box matters
  HalfSpectrum spectrum;
};

/// The gradients of a periodic picture that are at least the root of `limit`.
void keep_edges(const Plane& picture, float limit, Plane& dx, Plane& dy) {
  const int width = picture.width(), height = picture.height();
  for (int y = 0; y < height; ++y) {
    const float* row = picture.row(y);
    const float* below = picture.row((y + 1) % height);
    float* to_x = dx.row(y);
    float* to_y = dy.row(y);
    for (int x = 0; x < width; ++x) {
      const float across = row[x + 1 < width ? x + 1 : 0] - row[x], down = below[x] - row[x];
      const float keep = across * across + down * down >= limit ? 1.0f : 0.0f;
      to_x[x] = keep * across;
      to_y[x] = keep * down;
    }
  }
}

/// The scene with few but clear edges that `kernel` blurred.
Plane sharpen_edges(const Scene& scene, const Plane& kernel, float edges) {
  HalfSpectrum observed = scene.spectrum;
  const HalfSpectrum transfer = complex_transfer(kernel, scene.fft);
  Plane size(transfer.columns(), transfer.rows());
  for (std::size_t i = 0; i < transfer.size(); ++i) {
    const float value = std::abs(transfer.data()[i]);
    size.data()[i] = value;
    if (value > 0) observed.data()[i] *= std::conj(transfer.data()[i]) / value;
  }
  Plane latent = scene.blurred;
  Plane dx(latent.width(), latent.height()), dy = dx, adjoint = dx;
  HalfSpectrum work(latent.width(), latent.height()), blurred = work;
  for (float coupling = 2 * edges; coupling < kLastCoupling; coupling *= kCouplingGrowth) {
    keep_edges(latent, edges / coupling, dx, dy);
    adjoint_gradient(dx, dy, adjoint);
    scene.fft.forward(adjoint, work);
    quadratic_step(observed, size, scene.gradients, 1 / coupling, scene.fft.scale(), work, blurred);
    scene.fft.inverse_scaled(work, latent);
  }
  return latent;
}

/// Of each pixel that is not 0, which connected piece it belongs to, and of each piece its sum.
struct Pieces {
  explicit Pieces(const Plane& kernel) : piece(kernel.size(), -1) {
    const int width = kernel.width(), height = kernel.height();
    std::vector<int> open;
    for (int start = 0; start < width * height; ++start) {
      if (kernel.data()[start] <= 0 || piece[std::size_t(start)] >= 0) continue;
      const int number = static_cast<int>(sums.size());
      sums.push_back(0);
      piece[std::size_t(start)] = number;
      open.push_back(start);
      while (!open.empty()) {
        const int at = open.back();
        open.pop_back();
        sums.back() += double(kernel.data()[at]);
        for (int y = std::max(at / width - 1, 0); y <= std::min(at / width + 1, height - 1); ++y) {
          for (int x = std::max(at % width - 1, 0); x <= std::min(at % width + 1, width - 1); ++x) {
            const int next = y * width + x;
            if (kernel.data()[next] <= 0 || piece[std::size_t(next)] >= 0) continue;
            piece[std::size_t(next)] = number;
            open.push_back(next);
          }
        }
      }
    }
  }

  std::vector<int> piece;
  std::vector<double> sums;
};

/// Takes what is faint or small and apart; the sum is 1 again.
void prune(Plane& kernel) {
  const float most = *std::ranges::max_element(kernel.values());
  for (float& value : kernel.values()) value = value < kLeast * most ? 0 : value;
  const Pieces pieces(kernel);
  double all = 0, kept = 0;
  for (const double sum : pieces.sums) all += sum;
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const int piece = pieces.piece[i];
    if (piece >= 0 && pieces.sums[std::size_t(piece)] < kLeastPiece * all) kernel.data()[i] = 0;
    kept += double(kernel.data()[i]);
  }
  for (float& value : kernel.values()) value = static_cast<float>(double(value) / kept);
}

}  // namespace

Plane refine_kernel(std::span<const Plane> boxes, const Plane& start, const Refinement& how,
                    const std::stop_token& stop) {
  const int side = start.width();
  Plane kernel = start;
  float edges = how.edges;
  for (int round = 0; round < how.rounds; ++round) {
    KernelProblem problem(side);
    for (const Plane& box : boxes) {
      if (stop.stop_requested()) return kernel;
      const Scene scene(box, side);
      const Plane latent = sharpen_edges(scene, kernel, edges);
      add_correlations(latent, scene.blurred, scene.window, scene.fft, problem);
    }
    float& power = problem.products.at(side - 1, side - 1);
    const float pull = how.pull * power;
    power += pull;
    for (std::size_t i = 0; i < start.size(); ++i) {
      problem.projections.data()[i] += pull * start.data()[i];
    }
    kernel = solve_kernel(problem, kernel, kRidge);
    prune(kernel);
    edges /= kEdgesFall;
  }
  return kernel;
}

}  // namespace sharpen::engine

#include <algorithm>
#include <cmath>
#include <numbers>

#include "bench/engine_bench/cells.h"
#include "service/engine/decode/tone.h"
#include "service/engine/deconvolve/tile.h"
#include "service/engine/estimate/blur_model.h"

namespace sharpen::bench {
namespace {

using engine::Box;
using engine::Family;
using engine::Fft;
using engine::HalfSpectrum;
using engine::Plane;

Plane flipped(const Plane& kernel) {
  Plane other = kernel;
  std::ranges::reverse(other.values());
  return other;
}

}  // namespace

std::vector<Peer> oracles(const Cell& cell, bool linear, int border) {
  const engine::ToneCurve tone;
  const double before = psnr(cell.input, cell.truth, border);
  std::vector<Peer> peers = {
      {"unsharp mask", {}, -99}, {"Wiener", {}, -99}, {"Richardson-Lucy", {}, -99}};
  const auto offer = [&](Peer& peer, Picture picture, bool encode) {
    for (Plane& plane : picture) {
      if (encode) tone.encode(plane.values());
    }
    const double gain = psnr(picture, cell.truth, border) - before;
    if (gain > peer.gain) peer = {peer.name, std::move(picture), gain};
  };
  for (const double sigma : {1.0, 2.0, 4.0}) {
    const Plane kernel = engine::point_spread({Family::gauss, sigma, 0});
    for (const float amount : {0.5f, 1.0f, 2.0f}) {
      Picture sharper = cell.input;
      for (Plane& plane : sharper) {
        const Plane smooth = convolve(plane, kernel);
        for (std::size_t i = 0; i < plane.size(); ++i) {
          plane.data()[i] += amount * (plane.data()[i] - smooth.data()[i]);
        }
      }
      offer(peers[0], std::move(sharper), false);
    }
  }
  Picture observed = cell.input;
  for (Plane& plane : observed) {
    if (linear) tone.linearise(plane.values());
  }
  const int width = observed[0].width(), height = observed[0].height();
  const int gap = std::max(32, 2 * cell.kernel.width());
  const Fft fft(Fft::good_length(width + gap), Fft::good_length(height + gap));
  Plane shifted(fft.width(), fft.height());
  const int radius = cell.kernel.width() / 2;
  for (int y = 0; y < cell.kernel.height(); ++y) {
    for (int x = 0; x < cell.kernel.width(); ++x) {
      shifted.at((x - radius + fft.width()) % fft.width(),
                 (y - radius + fft.height()) % fft.height()) = cell.kernel.at(x, y);
    }
  }
  HalfSpectrum transfer(fft.width(), fft.height()), spectrum(fft.width(), fft.height());
  fft.forward(shifted, transfer);
  for (const float weight : {0.0003f, 0.001f, 0.003f, 0.01f, 0.03f}) {
    Picture result = observed;
    for (Plane& plane : result) {
      Plane padded(fft.width(), fft.height());
      engine::pad_periodic(plane, padded);
      fft.forward(padded, spectrum);
      for (std::size_t i = 0; i < spectrum.size(); ++i) {
        const auto h = transfer.data()[i];
        const int row = static_cast<int>(i) / spectrum.columns();
        const int column = static_cast<int>(i) % spectrum.columns();
        const float rough =
            4 - 2 * std::cos(2 * std::numbers::pi_v<float> * float(column) / float(fft.width())) -
            2 * std::cos(2 * std::numbers::pi_v<float> * float(row) / float(fft.height()));
        spectrum.data()[i] *= std::conj(h) / (std::norm(h) + weight * (rough + 0.001f));
      }
      fft.inverse(spectrum, padded);
      const Box box = engine::content_box(plane, padded);
      for (int y = 0; y < height; ++y) {
        std::copy_n(padded.row(box.y + y) + box.x, width, plane.row(y));
      }
    }
    offer(peers[1], std::move(result), linear);
  }
  Picture estimate = observed;
  const Plane back = flipped(cell.kernel);
  for (int iteration = 1; iteration <= 40; ++iteration) {
    for (std::size_t c = 0; c < 3; ++c) {
      Plane ratio = convolve(estimate[c], cell.kernel);
      for (std::size_t i = 0; i < ratio.size(); ++i) {
        ratio.data()[i] = observed[c].data()[i] / std::max(ratio.data()[i], 1e-4f);
      }
      const Plane correction = convolve(ratio, back);
      for (std::size_t i = 0; i < ratio.size(); ++i) {
        estimate[c].data()[i] = std::max(0.0f, estimate[c].data()[i] * correction.data()[i]);
      }
    }
    if (iteration == 5 || iteration == 10 || iteration == 20 || iteration == 40) {
      offer(peers[2], estimate, linear);
    }
  }
  return peers;
}

}  // namespace sharpen::bench

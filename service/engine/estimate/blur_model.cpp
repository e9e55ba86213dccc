#include "service/engine/estimate/blur_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sharpen::engine {
namespace {

constexpr int kSubpixels = 8;
constexpr double kSharpRim = 0.9;  ///< pixels: a rim this wide looks like that of a whole pixel

/// How much of the pixel at (x, y) `inside` covers.
template <class Inside>
float coverage(int x, int y, const Inside& inside) {
  int hits = 0;
  for (int j = 0; j < kSubpixels; ++j) {
    for (int i = 0; i < kSubpixels; ++i) {
      const double u = x + (i + 0.5) / kSubpixels - 0.5;
      const double v = y + (j + 0.5) / kSubpixels - 0.5;
      hits += inside(u, v) ? 1 : 0;
    }
  }
  return static_cast<float>(hits);
}

template <class Density>
Plane sample(int radius, const Density& density) {
  Plane kernel(2 * radius + 1, 2 * radius + 1);
  double sum = 0;
  for (int y = -radius; y <= radius; ++y) {
    for (int x = -radius; x <= radius; ++x) {
      const float value = density(x, y);
      kernel.at(x + radius, y + radius) = value;
      sum += value;
    }
  }
  for (float& value : kernel.values()) value = static_cast<float>(value / sum);
  return kernel;
}

}  // namespace

std::string_view name_of(Family family) {
  switch (family) {
    case Family::none:
      return "none";
    case Family::disk:
      return "disk";
    case Family::gauss:
      return "gauss";
    case Family::motion:
      return "motion";
    case Family::shake:
      return "shake";
  }
  return "none";
}

int reach(const Blur& blur) {
  switch (blur.family) {
    case Family::none:
      return 0;
    case Family::disk:
      return static_cast<int>(std::ceil(blur.size + std::max(1.0, blur.edge) / 2));
    case Family::gauss:
      return std::max(2, static_cast<int>(std::ceil(4 * blur.size)));
    case Family::motion:
      return static_cast<int>(std::ceil(blur.size / 2 + 0.5));
    case Family::shake:
      return std::max(blur.path->width(), blur.path->height()) / 2;
  }
  return 0;
}

Plane point_spread(const Blur& blur) {
  const int radius = reach(blur);
  switch (blur.family) {
    case Family::none:
      break;
    case Family::disk: {
      const double r = blur.size, edge = blur.edge;
      if (edge > kSharpRim) {
        return sample(radius, [r, edge](int x, int y) {
          return static_cast<float>(std::clamp((r - std::hypot(x, y)) / edge + 0.5, 0.0, 1.0));
        });
      }
      return sample(radius, [r](int x, int y) {
        const double distance = std::hypot(x, y);
        if (distance > r + 0.75) return 0.0f;
        if (distance < r - 0.75) return static_cast<float>(kSubpixels * kSubpixels);
        return coverage(x, y, [r](double u, double v) { return u * u + v * v <= r * r; });
      });
    }
    case Family::gauss: {
      const double scale = -0.5 / (blur.size * blur.size);
      return sample(radius, [scale](int x, int y) {
        return static_cast<float>(std::exp(scale * (x * x + y * y)));
      });
    }
    case Family::motion: {
      const double angle = blur.angle * std::numbers::pi / 180;
      const double c = std::cos(angle), s = std::sin(angle), half = blur.size / 2;
      return sample(radius, [=](int x, int y) {
        if (std::abs(y * c - x * s) > 1.5) return 0.0f;
        return coverage(x, y, [=](double u, double v) {
          return std::abs(u * c + v * s) <= half && std::abs(v * c - u * s) <= 0.5;
        });
      });
    }
    case Family::shake:
      return *blur.path;
  }
  return Plane(1, 1, 1.0f);
}

HalfSpectrum complex_transfer(const Plane& kernel, const Fft& fft) {
  Plane picture(fft.width(), fft.height());
  const int cx = kernel.width() / 2, cy = kernel.height() / 2;
  for (int y = 0; y < kernel.height(); ++y) {
    for (int x = 0; x < kernel.width(); ++x) {
      const int px = ((x - cx) % fft.width() + fft.width()) % fft.width();
      const int py = ((y - cy) % fft.height() + fft.height()) % fft.height();
      picture.at(px, py) += kernel.at(x, y);
    }
  }
  HalfSpectrum spectrum(fft.width(), fft.height());
  fft.forward(picture, spectrum);
  return spectrum;
}

Plane transfer_function(const Plane& kernel, const Fft& fft) {
  const HalfSpectrum spectrum = complex_transfer(kernel, fft);
  Plane transfer(spectrum.columns(), spectrum.rows());
  for (std::size_t i = 0; i < spectrum.size(); ++i) {
    transfer.data()[i] = spectrum.data()[i].real();
  }
  return transfer;
}

Plane transfer_function(const Blur& blur, const Fft& fft) {
  return transfer_function(point_spread(blur), fft);
}

}  // namespace sharpen::engine

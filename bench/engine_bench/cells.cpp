#include "bench/engine_bench/cells.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <random>
#include <type_traits>

#include "service/engine/decode/tone.h"
#include "service/engine/deconvolve/tile.h"
#include "service/engine/estimate/blur_model.h"

namespace sharpen::bench {
namespace {

using engine::Blur;
using engine::Box;
using engine::Family;
using engine::Fft;
using engine::HalfSpectrum;
using engine::Plane;

Plane hexagon(double radius) {
  const int reach = static_cast<int>(radius) + 2;
  Plane kernel(2 * reach + 1, 2 * reach + 1);
  double sum = 0;
  for (int y = -reach; y <= reach; ++y) {
    for (int x = -reach; x <= reach; ++x) {
      for (int sub = 0; sub < 64; ++sub) {
        const double u = x + (sub % 8 + 0.5) / 8 - 0.5, v = y + (sub / 8 + 0.5) / 8 - 0.5;
        bool inside = true;
        for (int side = 0; side < 6; ++side) {
          const double angle = side * std::numbers::pi / 3 + 0.2;
          inside = inside && u * std::cos(angle) + v * std::sin(angle) <= 0.93 * radius;
        }
        kernel.at(x + reach, y + reach) += inside ? 1.0f : 0.0f;
      }
      sum += double(kernel.at(x + reach, y + reach));
    }
  }
  for (float& value : kernel.values()) value = static_cast<float>(value / sum);
  return kernel;
}

/// The path of a hand: a walk whose direction turns at random.
Plane shake(unsigned seed) {
  constexpr int kReach = 12, kSteps = 400;
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  double x = 0, y = 0, dx = normal(random), dy = normal(random), mean_x = 0, mean_y = 0;
  std::vector<std::pair<double, double>> path;
  for (int i = 0; i < kSteps; ++i) {
    dx += 0.12 * normal(random);
    dy += 0.12 * normal(random);
    const double length = std::hypot(dx, dy);
    x += 0.035 * dx / length;
    y += 0.035 * dy / length;
    path.emplace_back(x, y);
    mean_x += x / kSteps;
    mean_y += y / kSteps;
  }
  Plane kernel(2 * kReach + 1, 2 * kReach + 1);
  for (const auto& [px, py] : path) {
    for (int j = 0; j < kernel.height(); ++j) {
      for (int i = 0; i < kernel.width(); ++i) {
        const double u = std::max(0.0, 1 - std::abs(px - mean_x + kReach - i));
        const double v = std::max(0.0, 1 - std::abs(py - mean_y + kReach - j));
        kernel.at(i, j) += static_cast<float>(u * v / kSteps);
      }
    }
  }
  return kernel;
}

Plane kernel_named(const std::string& name) {
  double a = 0, b = 0;
  if (std::sscanf(name.c_str(), "disk%lf", &a) == 1) {
    return engine::point_spread({Family::disk, a, 0});
  }
  if (std::sscanf(name.c_str(), "gauss%lf", &a) == 1) {
    return engine::point_spread({Family::gauss, a, 0});
  }
  if (std::sscanf(name.c_str(), "motion%lf_%lf", &a, &b) == 2) {
    return engine::point_spread({Family::motion, a, b});
  }
  if (std::sscanf(name.c_str(), "hexagon%lf", &a) == 1) return hexagon(a);
  if (std::sscanf(name.c_str(), "shake%lf", &a) == 1) return shake(static_cast<unsigned>(a));
  return Plane(1, 1, 1.0f);
}

Picture cut(const Picture& picture, int edge) {
  Picture inner;
  for (const Plane& plane : picture) {
    Plane part(plane.width() - 2 * edge, plane.height() - 2 * edge);
    for (int y = 0; y < part.height(); ++y) {
      std::copy_n(plane.row(y + edge) + edge, part.width(), part.row(y));
    }
    inner.push_back(std::move(part));
  }
  return inner;
}

std::vector<std::byte> bytes_of(const Picture& picture) {
  std::vector<std::byte> bytes(picture[0].size() * 3);
  for (std::size_t i = 0; i < picture[0].size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const float value = std::clamp(picture[c].data()[i], 0.0f, 1.0f);
      bytes[3 * i + c] = static_cast<std::byte>(value * 255 + 0.5f);
    }
  }
  return bytes;
}

Picture picture_of(std::span<const std::byte> bytes, int width, int height) {
  Picture picture(3, Plane(width, height));
  for (std::size_t i = 0; i < picture[0].size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      picture[c].data()[i] = float(std::to_integer<int>(bytes[3 * i + c])) / 255;
    }
  }
  return picture;
}

PictureInfo info_of(const Picture& picture) {
  PictureInfo info;
  info.width = static_cast<std::uint32_t>(picture[0].width());
  info.height = static_cast<std::uint32_t>(picture[0].height());
  return info;
}

[[noreturn]] void give_up(const Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  std::exit(2);
}

template <class Value>
Value must(Result<Value> result) {
  if (!result) give_up(result.error());
  if constexpr (!std::is_void_v<Value>) return std::move(*result);
}

void write(const std::filesystem::path& file, FileFormat format, const Picture& picture,
           int quality) {
  WriteOptions options;
  options.jpeg_quality = quality;
  auto writer = must(create_picture(file, format, info_of(picture), options));
  must(writer->write(bytes_of(picture)));
  must(writer->finish());
}

}  // namespace

Plane convolve(const Plane& picture, const Plane& kernel) {
  const int radius = kernel.width() / 2;
  const Fft fft(Fft::good_length(picture.width() + 2 * radius + 2),
                Fft::good_length(picture.height() + 2 * radius + 2));
  Plane padded(fft.width(), fft.height()), shifted(fft.width(), fft.height());
  engine::pad_periodic(picture, padded);
  for (int y = 0; y < kernel.height(); ++y) {
    for (int x = 0; x < kernel.width(); ++x) {
      shifted.at((x - radius + fft.width()) % fft.width(),
                 (y - radius + fft.height()) % fft.height()) += kernel.at(x, y);
    }
  }
  HalfSpectrum spectrum(fft.width(), fft.height()), transfer(fft.width(), fft.height());
  fft.forward(padded, spectrum);
  fft.forward(shifted, transfer);
  for (std::size_t i = 0; i < spectrum.size(); ++i) spectrum.data()[i] *= transfer.data()[i];
  fft.inverse(spectrum, padded);
  const Box box = engine::content_box(picture, padded);
  Plane blurred(picture.width(), picture.height());
  for (int y = 0; y < box.height; ++y) {
    std::copy_n(padded.row(box.y + y) + box.x, box.width, blurred.row(y));
  }
  return blurred;
}

Picture read_photo(const std::filesystem::path& file, std::uint32_t side) {
  auto reader = must(open_picture(file));
  const PictureInfo info = reader->info();
  const std::uint32_t width = std::min(side, info.width), height = std::min(side, info.height);
  const std::uint32_t left = (info.width - width) / 2, top = (info.height - height) / 2;
  if (info.channels != 3 || info.bits != 8) {
    std::fprintf(stderr, "%s: not 8-bit RGB\n", file.c_str());
    std::exit(2);
  }
  std::vector<std::byte> row(info.bytes_per_row()), bytes;
  for (std::uint32_t y = 0; y < top + height; ++y) {
    must(reader->read(row));
    if (y < top) continue;
    bytes.insert(bytes.end(), row.begin() + 3 * long{left}, row.begin() + 3 * long{left + width});
  }
  return picture_of(bytes, static_cast<int>(width), static_cast<int>(height));
}

void write_photo(const std::filesystem::path& file, const Picture& picture) {
  write(file, FileFormat::png, picture, 0);
}

Cell spoil(const Picture& photo, const Spoiling& how) {
  const engine::ToneCurve tone;
  Cell cell;
  cell.kernel = kernel_named(how.group == "mixed" ? "disk4" : how.blur);
  const int edge = cell.kernel.width() / 2 + (how.blur == "varying" ? 8 : 1);
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, static_cast<float>(how.noise / 255));
  Picture spoiled = photo;
  for (Plane& plane : spoiled) {
    const Plane sharp = plane;
    if (how.linear) tone.linearise(plane.values());
    if (how.blur == "varying") {
      // A plane that leans away: five radii from 2 to 6, each in its own column band.
      const Plane scene = plane;
      for (int band = 0; band < 5; ++band) {
        const Plane part = convolve(scene, engine::point_spread({Family::disk, 2.0 + band, 0}));
        const int from = scene.width() * band / 5, to = scene.width() * (band + 1) / 5;
        for (int y = 0; y < scene.height(); ++y) {
          std::copy(part.row(y) + from, part.row(y) + to, plane.row(y) + from);
        }
      }
    } else if (cell.kernel.size() > 1) {
      plane = convolve(plane, cell.kernel);
    }
    if (how.linear) tone.encode(plane.values());
    if (how.group == "mixed") {
      for (int y = 0; y < plane.height(); ++y) {
        std::copy_n(sharp.row(y), plane.width() / 2, plane.row(y));
      }
    }
    for (float& value : plane.values()) {
      value += how.noise > 0 ? normal(random) : 0.0f;
      value = std::round(std::clamp(value, 0.0f, 1.0f) * 255) / 255;
    }
  }
  cell.truth = cut(photo, edge);
  cell.input = cut(spoiled, edge);
  cell.info = info_of(cell.input);
  if (how.jpeg > 0) {
    const auto file = std::filesystem::temp_directory_path() /
                      ("engine-bench-" + std::to_string(::getpid()) + ".jpg");
    write(file, FileFormat::jpeg, cell.input, how.jpeg);
    auto reader = must(open_picture(file));
    cell.info = reader->info();
    std::vector<std::byte> bytes(cell.info.bytes_per_row() * cell.info.height);
    must(reader->read(bytes));
    cell.input = picture_of(bytes, cell.input[0].width(), cell.input[0].height());
    std::filesystem::remove(file);
  }
  return cell;
}

Picture sharpen(const Cell& cell, const std::string& model, bool fast, engine::Report& report) {
  auto store = must(engine::PixelStore::create(cell.info, std::filesystem::temp_directory_path()));
  must(store.append(bytes_of(cell.input)));
  engine::Settings settings;
  settings.model = model;
  settings.fast = fast;
  const auto traits = engine::find_model(model);
  std::vector<std::byte> out;
  report = must(engine::sharpen_pixels(store, Box{0, 0, store.width(), store.height()}, *traits,
                                       settings,
                                       [&](std::span<const std::byte> rows) -> Result<void> {
                                         out.insert(out.end(), rows.begin(), rows.end());
                                         return {};
                                       },
                                       {}, {}));
  return picture_of(out, store.width(), store.height());
}

double psnr(const Picture& picture, const Picture& truth, int border) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    for (int y = border; y < truth[c].height() - border; ++y) {
      for (int x = border; x < truth[c].width() - border; ++x, ++count) {
        const double error =
            double(std::clamp(picture[c].at(x, y), 0.0f, 1.0f)) - double(truth[c].at(x, y));
        sum += error * error;
      }
    }
  }
  return -10 * std::log10(sum / double(count) + 1e-12);
}

}  // namespace sharpen::bench

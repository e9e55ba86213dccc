#include "service/engine/learned/learned.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "service/engine/deconvolve/tile.h"
#include "service/engine/render/fallback.h"

namespace sharpen::engine {
namespace {

constexpr int kCore = 576;                  ///< the most of a tile that is kept, in pixels
constexpr int kAround = 64;                 ///< what the network sees around it
constexpr int kLookSide = 256, kLooks = 4;  ///< boxes of a look: their side, and how many a side
/// What is added of the change that the network would make to its own result.
constexpr float kSecondPart = 0.7f;
/// Of the first change, where there is no second look: what that would add in the mean.
constexpr float kSecondEstimate = 0.5f;
/// A second look counts from the first mean change around a pixel on, and from the second wholly.
constexpr float kFirstCounted = 0.5f / 255, kWhollyCounted = 1.0f / 255;
constexpr int kMeanReach = 24;
constexpr double kDetail = 4.0 / 255;  ///< standard deviation of luma in a cell worth judging

int whole_units(int length) {
  return (length + Network::kUnit - 1) / Network::kUnit * Network::kUnit;
}

/// Luma as the network was trained on (ITU-R BT.601), of the padded size; what is beyond the
/// tile's right and lower border repeats its last pixels.
Plane luma_of(std::span<const Plane> channels, int width, int height) {
  constexpr std::array kWeights{0.299f, 0.587f, 0.114f};
  const Plane& first = channels.front();
  Plane luma(width, height);
  for (int y = 0; y < height; ++y) {
    const int row = std::min(y, first.height() - 1);
    float* to = luma.row(y);
    for (int x = 0; x < width; ++x) {
      const int column = std::min(x, first.width() - 1);
      float sum = 0;
      if (channels.size() == 1) sum = first.at(column, row);
      for (std::size_t c = 0; channels.size() > 1 && c < channels.size(); ++c) {
        sum += kWeights[c] * channels[c].at(column, row);
      }
      to[x] = std::clamp(sum, 0.0f, 1.0f);
    }
  }
  return luma;
}

/// The radius of a disk that has a member's variance.
float radius_of(std::size_t member) {
  const BankBlur& blur = kBankBlurs[member - 1];
  return blur.disk ? blur.size : 2 * blur.size;
}

/// Of one cell of weights, which has planes of cells for each member.
float mean_radius(std::span<const float> weights, std::size_t cell, std::size_t members) {
  const std::size_t plane = weights.size() / members;
  float sum = 0;
  for (std::size_t m = 1; m < members; ++m) sum += weights[m * plane + cell] * radius_of(m);
  return sum;
}

/// Boxes at even distances, which cover a small picture whole.
std::vector<Box> look_boxes(int width, int height) {
  std::vector<Box> boxes;
  const auto places = [](int length) {
    const int side = std::min(length, kLookSide);
    const int count = std::clamp((length + side - 1) / side, 1, kLooks);
    std::vector<std::pair<int, int>> found;
    for (int i = 0; i < count; ++i) {
      const int at = count == 1 ? (length - side) / 2 : (length - side) * i / (count - 1);
      found.emplace_back(at, side);
    }
    return found;
  };
  for (const auto& [y, rows] : places(height)) {
    for (const auto& [x, columns] : places(width)) boxes.push_back({x, y, columns, rows});
  }
  return boxes;
}

/// Sums over cells with detail.
struct LookSums {
  double cells = 0, blurred = 0, spread = 0;

  /// Adds the cells of one tile; `weights` has planes of cells, `stride` to a row, for each member.
  void add(const Plane& luma, std::span<const float> weights, int columns, int rows, int stride,
           std::size_t members) {
    const std::size_t plane = weights.size() / members;
    for (int v = 0; v < rows; ++v) {
      for (int u = 0; u < columns; ++u) {
        if (deviation(luma, u, v) < kDetail) continue;
        const std::size_t cell = std::size_t(v) * std::size_t(stride) + std::size_t(u);
        cells += 1;
        for (std::size_t m = 1; m < members; ++m) {
          const auto weight = double(weights[m * plane + cell]);
          blurred += weight;
          spread += weight * double(radius_of(m));
        }
      }
    }
  }

 private:
  /// The standard deviation of the pixels of a cell.
  static double deviation(const Plane& luma, int column, int row) {
    constexpr int kCell = Network::kCell;
    constexpr double kCount = kCell * kCell;
    double sum = 0, squares = 0;
    for (int y = 0; y < kCell; ++y) {
      const float* values = luma.row(row * kCell + y) + column * kCell;
      for (int x = 0; x < kCell; ++x) {
        sum += double(values[x]);
        squares += double(values[x] * values[x]);
      }
    }
    return std::sqrt(std::max(0.0, squares / kCount - sum * sum / kCount / kCount));
  }
};

/// How far a second look counts, 0 … 1: what is nearly sharp is not to be changed more.
Plane second_parts(const Plane& change) {
  Plane parts(change.width(), change.height());
  std::ranges::transform(change.values(), parts.data(), [](float v) { return std::abs(v); });
  parts = box_mean(parts, kMeanReach);
  for (float& part : parts.values()) {
    part = std::clamp((part - kFirstCounted) / (kWhollyCounted - kFirstCounted), 0.0f, 1.0f);
  }
  return parts;
}

/// Of the size of `change`.
Plane sum_of(const Plane& luma, const Plane& change) {
  Plane sum(change.width(), change.height());
  for (int y = 0; y < sum.height(); ++y)
    for (int x = 0; x < sum.width(); ++x) sum.at(x, y) = luma.at(x, y) + change.at(x, y);
  return sum;
}

}  // namespace

float BlurMap::at(int x, int y) const {
  const auto place = [](int pixel, int cells) {
    const float at = (static_cast<float>(pixel) + 0.5f) / Network::kCell - 0.5f;
    const float inside = std::clamp(at, 0.0f, static_cast<float>(cells - 1));
    const int first = std::min(static_cast<int>(inside), std::max(cells - 2, 0));
    return std::pair(first, inside - static_cast<float>(first));
  };
  const auto [u, right] = place(x - area.x, columns);
  const auto [v, down] = place(y - area.y, rows);
  const auto value = [&](int column, int row) {
    return radii[std::size_t(std::min(row, rows - 1)) * std::size_t(columns) +
                 std::size_t(std::min(column, columns - 1))];
  };
  const float above = value(u, v) + right * (value(u + 1, v) - value(u, v));
  const float below = value(u, v + 1) + right * (value(u + 1, v + 1) - value(u, v + 1));
  return above + down * (below - above);
}

Result<LearnedJudge> LearnedJudge::load(unsigned threads) {
  auto network = Network::load(threads);
  if (!network) return fail(std::move(network));
  return LearnedJudge(std::move(*network), threads);
}

Result<LearnedJudge::Judged> LearnedJudge::judge(std::span<const Plane> channels,
                                                 const std::stop_token& stop) {
  const Plane& first = channels.front();
  const int width = whole_units(first.width()), height = whole_units(first.height());
  if (!bank_ || width != bank_width_ || height != bank_height_) {
    bank_ = std::make_unique<const Bank>(width, height);
    bank_width_ = width;
    bank_height_ = height;
  }
  Plane luma = luma_of(channels, width, height);
  members_.resize(bank_->members() * luma.size());
  bank_->undo(luma, members_, threads_, stop);
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
  auto answer = network_.run(members_, width, height);
  if (!answer) return fail(std::move(answer));
  Judged judged{std::move(luma), Plane(first.width(), first.height()), std::move(*answer),
                first.width() / Network::kCell, first.height() / Network::kCell};
  for (int y = 0; y < first.height(); ++y) {
    const float* result = judged.answer.luma.data() + std::size_t(y) * std::size_t(width);
    for (int x = 0; x < first.width(); ++x)
      judged.change.at(x, y) = result[x] - judged.luma.at(x, y);
  }
  return judged;
}

Result<Plane> LearnedJudge::change(std::span<const Plane> channels, bool look_again,
                                   const std::stop_token& stop) {
  auto first = judge(channels, stop);
  if (!first) return std::unexpected(first.error());
  Plane& change = first->change;
  Plane more = second_parts(change);
  if (std::ranges::all_of(more.values(), [](float part) { return part == 0; }))
    return std::move(change);
  if (look_again) {
    const std::array result{sum_of(first->luma, change)};
    const auto second = judge(result, stop);
    if (!second) return std::unexpected(second.error());
    for (std::size_t i = 0; i < more.size(); ++i)
      more.values()[i] *= kSecondPart * second->change.values()[i];
  } else {
    for (std::size_t i = 0; i < more.size(); ++i)
      more.values()[i] *= kSecondEstimate * change.values()[i];
  }
  std::ranges::transform(change.values(), more.values(), change.data(), std::plus());
  return std::move(change);
}

Result<BlurLook> LearnedJudge::look(const PixelStore& picture, const std::stop_token& stop) {
  LookSums sums;
  const auto colours = static_cast<std::size_t>(picture.colours());
  for (const Box& box : look_boxes(picture.width(), picture.height())) {
    std::array<Plane, 3> planes;
    const std::span<Plane> channels(planes.data(), colours);
    if (auto read = picture.read(box, channels); !read) return fail(std::move(read));
    const auto judged = judge(channels, stop);
    if (!judged) return std::unexpected(judged.error());
    const int stride = whole_units(box.width) / Network::kCell;
    sums.add(judged->luma, judged->answer.weights, judged->columns, judged->rows, stride,
             bank_->members());
  }
  BlurLook look;
  if (sums.cells > 0) look.blurred = sums.blurred / sums.cells;
  if (sums.blurred > 0) look.radius = sums.spread / sums.blurred;
  return look;
}

Result<BlurMap> LearnedJudge::map(const PixelStore& picture, const Box& area,
                                  const std::stop_token& stop) {
  constexpr int kCell = Network::kCell;
  BlurMap map{area, (area.width + kCell - 1) / kCell, (area.height + kCell - 1) / kCell, {}};
  map.radii.resize(std::size_t(map.columns) * std::size_t(map.rows));
  const auto colours = static_cast<std::size_t>(picture.colours());
  for (const auto& line :
       make_tiles(picture.width(), picture.height(), area, kCore, kCore, kAround)) {
    for (const Tile& tile : line) {
      std::array<Plane, 3> planes;
      const std::span<Plane> channels(planes.data(), colours);
      if (auto read = picture.read(tile.source, channels); !read) return fail(std::move(read));
      const auto judged = judge(channels, stop);
      if (!judged) return std::unexpected(judged.error());
      const int stride = whole_units(tile.source.width) / kCell;
      const int last_row = whole_units(tile.source.height) / kCell - 1;
      // A cell of the map takes the cell of the tile that its middle is in.
      const auto first_cell = [](int from, int start) {
        return (from - start + kCell / 2) / kCell;
      };
      for (int v = first_cell(tile.core.y, area.y); v < map.rows; ++v) {
        const int y = area.y + v * kCell + kCell / 2;
        if (y >= tile.core.y + tile.core.height + kCell / 2) break;
        const int row = std::clamp((y - tile.source.y) / kCell, 0, last_row);
        for (int u = first_cell(tile.core.x, area.x); u < map.columns; ++u) {
          const int x = area.x + u * kCell + kCell / 2;
          if (x >= tile.core.x + tile.core.width + kCell / 2) break;
          const int column = std::clamp((x - tile.source.x) / kCell, 0, stride - 1);
          const std::size_t cell = std::size_t(row) * std::size_t(stride) + std::size_t(column);
          map.radii[std::size_t(v) * std::size_t(map.columns) + std::size_t(u)] =
              mean_radius(judged->answer.weights, cell, bank_->members());
        }
      }
    }
  }
  return map;
}

Result<void> LearnedJudge::render(const PixelStore& picture, const Box& area, const Plan& plan,
                                  const RowSink& sink, const std::function<void(double)>& progress,
                                  const std::stop_token& stop) {
  const auto lines = make_tiles(picture.width(), picture.height(), area, kCore, kCore, kAround);
  Result<void> outcome;
  // One tile at a time: bank and network use all threads themselves.
  auto drawn = render_tiles({picture, area, 1, sink, progress, stop}, lines,
                            [&](std::span<Plane> channels, const Tile& tile) {
                              if (!outcome) return;
                              auto found = change(channels, plan.second_look, stop);
                              if (!found) {
                                outcome = std::unexpected(found.error());
                                return;
                              }
                              auto undone = std::make_shared<Undone>();
                              undone->changes.push_back(std::move(*found));
                              finish_tile(channels, *undone, plan, tile.source);
                              if (plan.tiles) plan.tiles->keep(tile, std::move(undone));
                            });
  return outcome ? drawn : outcome;
}

}  // namespace sharpen::engine

#include "service/engine/deconvolve/tile.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "service/engine/math/fft.h"

namespace sharpen::engine {
namespace {

struct Span {
  int core, core_length, source, source_length;
};

std::vector<Span> split(int picture, int start, int length, int core, int margin) {
  const int count = std::max(1, (length + core - 1) / core);
  const int longest = (length + count - 1) / count;
  const int source = std::min(picture, longest + 2 * margin);
  std::vector<Span> spans;
  for (int i = 0; i < count; ++i) {
    const int begin = start + static_cast<int>(long{length} * i / count);
    const int end = start + static_cast<int>(long{length} * (i + 1) / count);
    const int from = std::clamp(begin - margin, 0, picture - source);
    spans.push_back({begin, end - begin, from, source});
  }
  return spans;
}

/// The index in 0 … length - 1 that `index` shows when a line is mirrored at both of its ends.
int mirror(int index, int length) {
  const int period = 2 * length;
  const int folded = ((index % period) + period) % period;
  return folded < length ? folded : period - 1 - folded;
}

/// For each position of the padded line: the two content indices to mix and the second's weight.
struct Mix {
  int first, second;
  float weight;
};

std::vector<Mix> mixes(int length, int padded) {
  const int gap = padded - length, start = gap / 2;
  std::vector<Mix> line(static_cast<std::size_t>(padded));
  for (int i = 0; i < padded; ++i) {
    const int position = ((i - start) % padded + padded) % padded;
    auto& mix = line[static_cast<std::size_t>(i)];
    if (position < length) {
      mix = {position, position, 0};
      continue;
    }
    const int t = position - length;
    const double weight = 0.5 - 0.5 * std::cos(std::numbers::pi * (t + 0.5) / gap);
    mix = {mirror(length + t, length), mirror(t - gap, length), static_cast<float>(weight)};
  }
  return line;
}

}  // namespace

Box intersection(const Box& a, const Box& b) {
  const int left = std::max(a.x, b.x), top = std::max(a.y, b.y);
  const int right = std::min(a.x + a.width, b.x + b.width);
  const int bottom = std::min(a.y + a.height, b.y + b.height);
  return {left, top, std::max(0, right - left), std::max(0, bottom - top)};
}

std::vector<std::vector<Tile>> make_tiles(int picture_width, int picture_height, const Box& area,
                                          int core_width, int core_height, int margin) {
  const auto columns = split(picture_width, area.x, area.width, core_width, margin);
  const auto rows = split(picture_height, area.y, area.height, core_height, margin);
  std::vector<std::vector<Tile>> tiles;
  for (const Span& row : rows) {
    auto& line = tiles.emplace_back();
    for (const Span& column : columns) {
      line.push_back({{column.core, row.core, column.core_length, row.core_length},
                      {column.source, row.source, column.source_length, row.source_length}});
    }
  }
  return tiles;
}

Cut best_cut(int picture, int length, int margin, int gap) {
  constexpr float kRest = 2;  // nanoseconds of all but the transforms, in their unit
  Cut best{length, 0};
  float least = 0;
  for (const Fft::Cost& side : Fft::fast_lengths()) {
    const int room = side.length - gap;
    const bool whole = std::min(picture, length + 2 * margin) <= room;
    const int core = whole ? length : room - 2 * margin;
    if (core < 1) continue;
    const int count = (length + core - 1) / core;
    const float cost =
        static_cast<float>(count) * static_cast<float>(side.length) * (side.nanoseconds + kRest);
    if (best.padded > 0 && cost >= least) continue;
    least = cost;
    best = {(length + count - 1) / count, side.length};
  }
  return best;
}

Box content_box(const Plane& content, const Plane& padded) {
  return {(padded.width() - content.width()) / 2, (padded.height() - content.height()) / 2,
          content.width(), content.height()};
}

void pad_periodic(const Plane& content, Plane& padded) {
  const auto columns = mixes(content.width(), padded.width());
  const auto rows = mixes(content.height(), padded.height());
  const auto width = static_cast<std::size_t>(padded.width());
  for (int y = 0; y < padded.height(); ++y) {
    const Mix& row = rows[static_cast<std::size_t>(y)];
    const float* first = content.row(row.first);
    const float* second = content.row(row.second);
    float* to = padded.row(y);
    for (std::size_t x = 0; x < width; ++x) {
      const Mix& mix = columns[x];
      const float a = first[mix.first] + mix.weight * (first[mix.second] - first[mix.first]);
      const float b = second[mix.first] + mix.weight * (second[mix.second] - second[mix.first]);
      to[x] = a + row.weight * (b - a);
    }
  }
}

}  // namespace sharpen::engine

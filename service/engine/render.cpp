#include "service/engine/render.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "service/engine/parallel.h"

namespace sharpen::engine {
namespace {

constexpr int kCore = 560;

}  // namespace

Result<void> copy_rows(const PixelStore& picture, const Box& area, const RowSink& sink) {
  constexpr int kRows = 64;
  const std::size_t pixel = picture.info().bytes_per_row() / picture.info().width;
  std::vector<std::byte> rows;
  for (int y = 0; y < area.height; y += kRows) {
    const Box box{area.x, area.y + y, area.width, std::min(kRows, area.height - y)};
    rows.resize(pixel * std::size_t(box.width) * std::size_t(box.height));
    if (auto read = picture.read(box, rows); !read) return read;
    if (auto sunk = sink(rows); !sunk) return sunk;
  }
  return {};
}

Result<void> render(const PixelStore& picture, const Box& area, const Blur& blur,
                    const Deconvolution& how, double amount, unsigned threads, const RowSink& sink,
                    const std::function<void(double)>& progress, const std::stop_token& stop) {
  const int spread = reach(blur);
  const int margin = std::max(16, spread + spread / 2 + 8);
  const int gap = std::max(4 * spread, 32);
  const auto lines = make_tiles(picture.width(), picture.height(), area, kCore, margin);
  const Box& source = lines.front().front().source;
  const auto transform = std::make_shared<const TileTransform>(
      Fft::good_length(source.width + gap), Fft::good_length(source.height + gap));
  const Kernel kernel(blur, transform->fft);
  const auto colours = static_cast<std::size_t>(picture.colours());
  const std::size_t pixel = picture.info().bytes_per_row() / picture.info().width;

  std::vector<std::unique_ptr<TileDeconvolver>> idle;
  std::mutex mutex;
  std::size_t done = 0, all = lines.size() * lines.front().size();
  for (const auto& line : lines) {
    const Box band{area.x, line.front().core.y, area.width, line.front().core.height};
    const std::size_t stride = pixel * std::size_t(band.width);
    std::vector<std::byte> rows(stride * std::size_t(band.height));
    if (auto read = picture.read(band, rows); !read) return read;
    Result<void> outcome;
    parallel_for(static_cast<int>(line.size()), threads, stop, [&](int index) {
      const Tile& tile = line[std::size_t(index)];
      std::unique_ptr<TileDeconvolver> worker;
      {
        const std::lock_guard lock(mutex);
        if (!idle.empty()) {
          worker = std::move(idle.back());
          idle.pop_back();
        }
      }
      if (!worker) worker = std::make_unique<TileDeconvolver>(transform);
      std::array<Plane, 3> planes, before;
      const std::span<Plane> channels(planes.data(), colours);
      auto read = picture.read(tile.source, channels);
      if (read) {
        if (amount < 1) before = planes;
        worker->run(channels, kernel, how, stop);
        for (std::size_t c = 0; amount < 1 && c < colours; ++c) {
          for (std::size_t i = 0; i < planes[c].size(); ++i) {
            float& value = planes[c].data()[i];
            const float old = before[c].data()[i];
            value = old + static_cast<float>(amount) * (value - old);
          }
        }
        const Box inner{tile.core.x - tile.source.x, tile.core.y - tile.source.y, tile.core.width,
                        tile.core.height};
        store_rounded(channels, inner, picture.info(),
                      std::span(rows).subspan(pixel * std::size_t(tile.core.x - area.x)), stride);
      }
      const std::lock_guard lock(mutex);
      if (!read) outcome = read;
      idle.push_back(std::move(worker));
      if (progress) progress(double(++done) / double(all));
    });
    if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
    if (!outcome) return outcome;
    if (auto sunk = sink(rows); !sunk) return sunk;
  }
  return {};
}

}  // namespace sharpen::engine

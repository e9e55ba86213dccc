#include "service/engine/decode/pixel_store.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

namespace sharpen::engine {
namespace {

constexpr std::size_t kInMemory = std::size_t{24} << 20;

template <class Sample>
void spread(const std::byte* bytes, std::size_t pixels, int channels, std::span<Plane> planes,
            std::size_t offset) {
  constexpr float kScale = 1.0f / static_cast<float>(static_cast<Sample>(~Sample{0}));
  for (std::size_t c = 0; c < planes.size(); ++c) {
    float* to = planes[c].data() + offset;
    for (std::size_t i = 0; i < pixels; ++i) {
      Sample sample;
      std::memcpy(&sample, bytes + (i * static_cast<std::size_t>(channels) + c) * sizeof(Sample),
                  sizeof(Sample));
      to[i] = static_cast<float>(sample) * kScale;
    }
  }
}

template <class Sample>
void round_row(const float* from, int count, int channels, std::byte* to) {
  constexpr float kWhite = static_cast<float>(static_cast<Sample>(~Sample{0}));
  for (int i = 0; i < count; ++i) {
    const auto sample = static_cast<Sample>(std::clamp(from[i], 0.0f, 1.0f) * kWhite + 0.5f);
    std::memcpy(to + std::size_t(i) * std::size_t(channels) * sizeof(Sample), &sample,
                sizeof(Sample));
  }
}

}  // namespace

Result<PixelStore> PixelStore::create(const PictureInfo& info,
                                      const std::filesystem::path& folder) {
  PixelStore store(info);
  const std::size_t bytes = info.bytes_per_row() * info.height;
  if (bytes <= kInMemory) {
    store.memory_.reserve(bytes);
    return store;
  }
  auto spool = RowSpool::create(folder);
  if (!spool) return fail(std::move(spool));
  store.spool_ = *std::move(spool);
  return store;
}

Result<void> PixelStore::append(std::span<const std::byte> rows) {
  if (spool_) return spool_->append(rows);
  memory_.insert(memory_.end(), rows.begin(), rows.end());
  return {};
}

Result<void> PixelStore::read(const Box& box, std::span<std::byte> bytes) const {
  const std::size_t pixel = info_.bytes_per_row() / info_.width;
  const std::size_t length = pixel * std::size_t(box.width);
  for (int y = 0; y < box.height; ++y) {
    const std::span row = bytes.subspan(std::size_t(y) * length, length);
    const std::size_t from =
        std::size_t(box.y + y) * info_.bytes_per_row() + std::size_t(box.x) * pixel;
    if (!spool_)
      std::ranges::copy(std::span(memory_).subspan(from, length), row.begin());
    else if (auto got = spool_->read(from, row); !got)
      return got;
  }
  return {};
}

Result<void> PixelStore::read(const Box& box, std::span<Plane> channels) const {
  const std::size_t pixel = info_.bytes_per_row() / info_.width;
  std::vector<std::byte> row(pixel * std::size_t(box.width));
  for (Plane& channel : channels) {
    if (channel.width() != box.width || channel.height() != box.height) {
      channel = Plane(box.width, box.height);
    }
  }
  for (int y = 0; y < box.height; ++y) {
    if (auto got = read(Box{box.x, box.y + y, box.width, 1}, row); !got) return got;
    const std::size_t offset = std::size_t(y) * std::size_t(box.width);
    if (info_.bits == 8) {
      spread<std::uint8_t>(row.data(), std::size_t(box.width), info_.channels, channels, offset);
    } else {
      spread<std::uint16_t>(row.data(), std::size_t(box.width), info_.channels, channels, offset);
    }
  }
  return {};
}

void store_rounded(std::span<const Plane> planes, const Box& from, const PictureInfo& info,
                   std::span<std::byte> bytes, std::size_t stride) {
  const std::size_t sample = std::size_t(info.bits) / 8;
  for (std::size_t c = 0; c < planes.size(); ++c) {
    for (int y = 0; y < from.height; ++y) {
      const float* row = planes[c].row(from.y + y) + from.x;
      std::byte* to = bytes.data() + std::size_t(y) * stride + c * sample;
      if (info.bits == 8) {
        round_row<std::uint8_t>(row, from.width, info.channels, to);
      } else {
        round_row<std::uint16_t>(row, from.width, info.channels, to);
      }
    }
  }
}

}  // namespace sharpen::engine

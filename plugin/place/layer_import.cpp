#include "plugin/place/layer_import.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "base/i18n.h"
#include "image/picture.h"
#include "plugin/export/tile_blocks.h"

namespace sharpen {
namespace {

/// Puts the originals back where the service changed nothing or where nothing was to be seen.
class Merge {
 public:
  explicit Merge(const SourceSnapshot& snapshot) : snapshot_(snapshot), format_(snapshot.format) {}

  Result<void> prepare(const AnswerFormat& answer, const ProcessEvents& process_events) {
    Result<void> all_found;
    const auto find = [&](const Babl* from, const Babl* to) -> const Babl* {
      if (!all_found) return nullptr;
      const auto found = find_conversion(from, to, process_events);
      if (found) return *found;
      all_found = std::unexpected(found.error());
      return nullptr;
    };
    const Babl* from = answer.sent_colours ? plain(answer.format) : answer.format;
    native_from_answer_ = find(from, answer.sent_colours ? format_.plain_native : format_.native);
    wire_from_answer_ = find(from, answer.sent_colours ? format_.plain_wire : format_.wire);
    wire_from_native_ = find(format_.plain_native, format_.plain_wire);
    if (format_.has_alpha)
      wire_alpha_from_native_ = find(format_.plain_native, format_.plain_wire_alpha);
    if (format_.is_float)
      floats_from_native_ = find(format_.plain_native, babl_format("R'G'B'A float"));
    return all_found;
  }

  /// Fills native() from rows of the answer that begin at row `y` of the box.
  Result<void> run(std::span<const std::byte> answer, int y, int rows) {
    const auto width = static_cast<std::size_t>(snapshot_.width);
    const auto count = static_cast<std::size_t>(rows);
    const std::size_t answer_bytes = answer.size() / count;
    const std::size_t native_bytes = width * native_bytes_;
    native_.resize(count * native_bytes);
    for (std::size_t row = 0; row < count; ++row) {
      const auto answer_row = answer.subspan(row * answer_bytes, answer_bytes);
      const auto native_row = std::span(native_).subspan(row * native_bytes, native_bytes);
      convert(native_from_answer_, answer_row, native_row, width);
      if (!snapshot_.rows) continue;
      const auto at = static_cast<std::uint64_t>(y) + row;
      kept_.resize(native_bytes);
      if (auto read = snapshot_.rows->read(at * native_bytes, kept_); !read) return read;
      put_back(answer_row, native_row);
    }
    return {};
  }

  [[nodiscard]] std::span<const std::byte> native() const { return native_; }
  [[nodiscard]] bool clipped() const { return clipped_; }

 private:
  void put_back(std::span<const std::byte> answer, std::span<std::byte> native) {
    const auto width = static_cast<std::size_t>(snapshot_.width);
    sent_.resize(width * format_.wire_bytes());
    convert(wire_from_native_, kept_, sent_, width);
    received_.resize(sent_.size());
    convert(wire_from_answer_, answer, received_, width);
    if (format_.has_alpha) {
      alpha_.resize(width * format_.wire_alpha_bytes());
      convert(wire_alpha_from_native_, kept_, alpha_, width);
    }
    if (format_.is_float) {
      floats_.resize(width * 4);
      convert(floats_from_native_, kept_, std::as_writable_bytes(std::span(floats_)), width);
    }
    for (std::size_t x = 0; x < width; ++x) put_back(x, native);
  }

  void put_back(std::size_t x, std::span<std::byte> row) {
    const std::size_t wire_bytes = format_.wire_bytes();
    const bool unseen = format_.has_alpha &&
                        is_transparent(alpha_.data() + x * format_.wire_alpha_bytes(), format_);
    const bool unchanged = std::memcmp(sent_.data() + x * wire_bytes,
                                       received_.data() + x * wire_bytes, wire_bytes) == 0;
    std::byte* native = row.data() + x * native_bytes_;
    const std::byte* kept = kept_.data() + x * native_bytes_;
    if (unseen || unchanged) {
      std::memcpy(native, kept, native_bytes_);
      return;
    }
    if (format_.has_alpha) {
      const std::size_t colour_bytes = native_bytes_ - sample_bytes_;
      std::memcpy(native + colour_bytes, kept + colour_bytes, sample_bytes_);
    }
    if (format_.is_float && !clipped_) {
      const auto colour = std::span(floats_).subspan(x * 4, 3);
      clipped_ = std::ranges::any_of(
          colour, [](float value) { return value < -tolerance || value > 1 + tolerance; });
    }
  }

  static constexpr float tolerance = 0.5f / 65535;  ///< what 16 bits cannot tell apart

  const SourceSnapshot& snapshot_;
  const TransferFormat& format_;
  const std::size_t native_bytes_ = format_.native_bytes();
  const std::size_t sample_bytes_ = format_.sample_bytes();
  const Babl* native_from_answer_ = nullptr;
  const Babl* wire_from_answer_ = nullptr;
  const Babl* wire_from_native_ = nullptr;
  const Babl* wire_alpha_from_native_ = nullptr;
  const Babl* floats_from_native_ = nullptr;
  std::vector<std::byte> native_;  ///< of all rows; the others are of one
  std::vector<std::byte> kept_, sent_, received_, alpha_;
  std::vector<float> floats_;
  bool clipped_ = false;
};

/// Calls `use(rows, first row, number of rows)` for slice after slice of a picture, of which
/// `pixel_bytes` are made.
template <class Use>
Result<void> for_each_slice(PictureReader& reader, std::size_t pixel_bytes,
                            const ProcessEvents& process_events, Use use) {
  const PictureInfo& info = reader.info();
  const int height = static_cast<int>(info.height);
  const std::size_t row_bytes = std::max(info.bytes_per_row(), info.width * pixel_bytes);
  std::vector<std::byte> rows;
  for (int row = 0; row < height;) {
    const auto wanted = static_cast<std::size_t>(rows_of_slice(height - row, row_bytes));
    rows.resize(wanted * info.bytes_per_row());
    std::size_t filled = 0;
    while (filled < wanted) {
      const auto got = reader.read(std::span(rows).subspan(filled * info.bytes_per_row()));
      if (!got) return std::unexpected(got.error());
      if (*got == 0)
        return fail(ErrorKind::bad_picture, _("The service's picture ends too early."),
                    _("Try again; the job can be fetched once more."));
      filled += *got;
    }
    if (auto used = use(rows, row, static_cast<int>(wanted)); !used) return used;
    if (process_events)
      if (auto processed = process_events(); !processed) return processed;
    row += static_cast<int>(wanted);
  }
  return {};
}

}  // namespace

Result<ImportReport> import_answer(const std::filesystem::path& file,
                                   const SourceSnapshot& snapshot, Destination to,
                                   const ProcessEvents& process_events) {
  auto reader = open_picture(file);
  if (!reader) return fail(std::move(reader));
  const PictureInfo& info = (*reader)->info();
  if (static_cast<int>(info.width) != snapshot.width ||
      static_cast<int>(info.height) != snapshot.height)
    return fail(ErrorKind::bad_picture,
                tr("The service returned {} × {} pixels for a picture of {} × {}.", info.width,
                   info.height, snapshot.width, snapshot.height),
                _("Choose another model: this one changes the size."));
  const AnswerFormat answer =
      answer_format(snapshot.format, info.channels, info.bits, info.icc_profile);
  if (process_events)
    if (auto processed = process_events(); !processed) return fail(std::move(processed));

  ImportReport report;
  report.lost_profile = info.lost_profile || answer.lost_profile;
  report.gray = info.channels <= 2 && babl_format_get_n_components(snapshot.format.native) > 2;
  report.fewer_bits = info.bits == 8 && snapshot.format.sample_bytes() > 1;
  std::optional<Merge> merge;
  if (snapshot.rows || !answer.sent_colours || answer.format != snapshot.format.native) {
    merge.emplace(snapshot);
    if (auto prepared = merge->prepare(answer, process_events); !prepared)
      return fail(std::move(prepared));
  }
  BandWriter writer(std::move(to), snapshot.format.native, snapshot.width, snapshot.height);
  auto read =
      for_each_slice(**reader, snapshot.format.native_bytes(), process_events,
                     [&](std::span<const std::byte> rows, int row, int count) -> Result<void> {
                       if (!merge) return writer.write(rows);
                       if (auto merged = merge->run(rows, row, count); !merged) return merged;
                       return writer.write(merge->native());
                     });
  if (!read) return fail(std::move(read));
  report.clipped = merge && merge->clipped();
  return report;
}

const Babl* format_of(const SourceSnapshot& snapshot) {
  return snapshot.rows ? snapshot.format.native : snapshot.format.wire;
}

Result<void> read_snapshot(const std::filesystem::path& sent_file, const SourceSnapshot& snapshot,
                           const ProcessEvents& process_events, const UseRows& use) {
  if (!snapshot.rows) {
    auto reader = open_picture(sent_file);
    if (!reader) return fail(std::move(reader));
    return for_each_slice(**reader, snapshot.format.native_bytes(), process_events, use);
  }
  const std::size_t row_bytes =
      static_cast<std::size_t>(snapshot.width) * snapshot.format.native_bytes();
  std::vector<std::byte> rows;
  for (int row = 0; row < snapshot.height;) {
    const int count = rows_of_slice(snapshot.height - row, row_bytes);
    rows.resize(static_cast<std::size_t>(count) * row_bytes);
    if (auto read = snapshot.rows->read(static_cast<std::uint64_t>(row) * row_bytes, rows); !read)
      return read;
    if (auto used = use(rows, row, count); !used) return used;
    row += count;
    if (process_events)
      if (auto processed = process_events(); !processed) return processed;
  }
  return {};
}

Result<void> import_snapshot(const std::filesystem::path& sent_file, const SourceSnapshot& snapshot,
                             Destination to, const ProcessEvents& process_events) {
  BandWriter writer(std::move(to), format_of(snapshot), snapshot.width, snapshot.height);
  return read_snapshot(
      sent_file, snapshot, process_events,
      [&](std::span<const std::byte> rows, int, int) { return writer.write(rows); });
}

}  // namespace sharpen

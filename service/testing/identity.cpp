#include "service/testing/identity.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace sharpen::server {
namespace {

constexpr std::uint32_t band_rows = 64;

/// The part of a row that is wanted, with the samples that are wanted.
class RowFilter {
 public:
  RowFilter(const PictureInfo& from, const PictureInfo& to, std::uint32_t first_column)
      : from_(from), to_(to), first_column_(first_column) {}

  void append(const std::byte* row, std::vector<std::byte>& into) const {
    const auto bytes = static_cast<std::size_t>(from_.bits / 8);
    const auto pixel = static_cast<std::size_t>(from_.channels) * bytes;
    const std::byte* at = row + std::size_t{first_column_} * pixel;
    for (std::uint32_t x = 0; x < to_.width; ++x, at += pixel)
      for (std::size_t channel = 0; channel < static_cast<std::size_t>(to_.channels); ++channel)
        append_sample(at + channel * bytes, into);
  }

 private:
  void append_sample(const std::byte* sample, std::vector<std::byte>& into) const {
    if (from_.bits == to_.bits) {
      into.insert(into.end(), sample, sample + from_.bits / 8);
      return;
    }
    std::uint16_t value = 0;
    std::memcpy(&value, sample, sizeof value);
    into.push_back(static_cast<std::byte>((value * 255u + 32767u) / 65535u));
  }

  const PictureInfo& from_;
  const PictureInfo& to_;
  std::uint32_t first_column_;
};

PictureInfo output_info(const WorkOrder& order, const PictureInfo& from) {
  PictureInfo to = from;
  to.jpeg_luma_table.reset();
  if (order.drop_icc) to.icc_profile.clear();
  if (order.to_8_bits || order.job.output_format == FileFormat::jpeg) to.bits = 8;
  if (order.job.output_format == FileFormat::jpeg) to.channels = from.channels < 3 ? 1 : 3;
  if (order.job.crop) {
    to.width = (*order.job.crop)[2];
    to.height = (*order.job.crop)[3];
  }
  return to;
}

Result<void> convert(const WorkOrder& order, Ticket& ticket) {
  auto reader = open_picture(order.input);
  if (!reader) return fail(std::move(reader));
  const PictureInfo& from = (*reader)->info();
  const PictureInfo to = output_info(order, from);
  auto writer = create_picture(order.output, order.job.output_format, to);
  if (!writer) return fail(std::move(writer));

  const std::uint32_t first_row = order.job.crop ? (*order.job.crop)[1] : 0;
  const std::uint32_t last_row = first_row + to.height;
  const RowFilter filter(from, to, order.job.crop ? (*order.job.crop)[0] : 0);
  std::vector<std::byte> rows(from.bytes_per_row() * band_rows), wanted;
  for (std::uint32_t row = 0; row < last_row;) {
    if (ticket.stop.stop_requested()) return fail(ErrorKind::cancelled, "Cancelled.");
    const auto count = (*reader)->read(rows);
    if (!count) return fail(count.error().kind, count.error().message);
    if (*count == 0) return fail(ErrorKind::bad_picture, "The picture ends too early.");
    wanted.clear();
    for (std::uint32_t i = 0; i < *count; ++i)
      if (row + i >= first_row && row + i < last_row)
        filter.append(rows.data() + i * from.bytes_per_row(), wanted);
    if (!wanted.empty())
      if (auto written = (*writer)->write(wanted); !written) return written;
    row += *count;
    ticket.progress = double(std::min(row, last_row)) / last_row;
  }
  return (*writer)->finish();
}

}  // namespace

Result<void> copy_picture(const WorkOrder& order, Ticket& ticket) {
  const bool same = order.job.input_format == order.job.output_format && !order.job.crop &&
                    !order.to_8_bits && !order.drop_icc;
  if (!same) return convert(order, ticket);
  std::error_code error;
  std::filesystem::copy_file(order.input, order.output,
                             std::filesystem::copy_options::overwrite_existing, error);
  if (error) return fail(ErrorKind::io, error.message());
  ticket.progress = 1;
  return {};
}

}  // namespace sharpen::server

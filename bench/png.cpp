// PNG: ours beside libpng, with a photograph in memory: time, processor time, size and memory.
//
// Usage: png [--photo FILE] [--megapixels N] [--bits 8|16] [--json FILE]

#include <png.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <print>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/spool_file.h"
#include "image/picture.h"

namespace {

using namespace sharpen;

/// One line of the table.
struct Row {
  std::string name;
  double wall_s;
  double cpu_s;
  double file_mb;
  double memory_mb;  ///< anonymous, above what there was before
};

struct Picture {
  PictureInfo info;
  std::vector<std::byte> pixels;
  [[nodiscard]] std::span<const std::byte> rows(std::uint32_t y, std::uint32_t count) const {
    return std::span(pixels).subspan(y * info.bytes_per_row(), count * info.bytes_per_row());
  }
};

[[noreturn]] void stop(const std::string& why) {
  std::println(std::cerr, "{}", why);
  std::exit(1);
}

template <class T>
T value(Result<T> result) {
  if (!result) stop(result.error().text());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// The photograph side by side and one below the other, until there are so many pixels.
Picture tiled(const std::filesystem::path& photo, double megapixels, int bits) {
  auto reader = value(open_picture(photo));
  const PictureInfo& one = reader->info();
  if (one.channels != 3 || one.bits != 8) stop("The photograph must be RGB of 8 bits.");
  std::vector<std::byte> tile(one.bytes_per_row() * one.height);
  if (value(reader->read(tile)) != one.height) stop("The photograph has too few rows.");

  Picture picture;
  picture.info.height = static_cast<std::uint32_t>(std::sqrt(megapixels * 1e6 / 1.5));
  picture.info.width = static_cast<std::uint32_t>(megapixels * 1e6 / picture.info.height);
  picture.info.bits = bits;
  picture.pixels.reserve(picture.info.bytes_per_row() * picture.info.height);
  for (std::uint32_t y = 0; y < picture.info.height; ++y)
    for (std::uint32_t x = 0; x < 3 * picture.info.width; ++x) {
      const auto sample = tile[(y % one.height) * one.bytes_per_row() + x % one.bytes_per_row()];
      picture.pixels.push_back(sample);
      // A camera's lower bits are noise.
      if (bits == 16) picture.pixels.push_back(static_cast<std::byte>(x * 40503u + y * 30011u));
    }
  return picture;
}

double anonymous_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return std::stod(line.substr(8)) / 1024;
  return 0;
}

/// Runs `work`, which calls its argument now and then to have the memory looked at.
Row measured(std::string name, const std::function<void(const std::function<void()>&)>& work) {
  const double memory_before = anonymous_mb();
  double memory = memory_before;
  const std::clock_t cpu_start = std::clock();
  const auto start = std::chrono::steady_clock::now();
  work([&] { memory = std::max(memory, anonymous_mb()); });
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  return {std::move(name), wall.count(), double(std::clock() - cpu_start) / CLOCKS_PER_SEC, 0,
          memory - memory_before};
}

Row with_size(Row row, const std::filesystem::path& file) {
  row.file_mb = double(std::filesystem::file_size(file)) / 1e6;
  return row;
}

constexpr std::uint32_t kRowsPerCall = 64;

Row write_with_ours(std::string name, const Picture& picture, const std::filesystem::path& file,
                    const WriteOptions& options) {
  return with_size(
      measured(std::move(name),
               [&](const auto& look) {
                 auto writer = value(create_picture(file, FileFormat::png, picture.info, options));
                 for (std::uint32_t y = 0; y < picture.info.height; y += kRowsPerCall) {
                   const auto count = std::min(kRowsPerCall, picture.info.height - y);
                   value(writer->write(picture.rows(y, count)));
                   if (y % 1024 == 0) look();
                 }
                 value(writer->finish());
               }),
      file);
}

/// libpng as its manual shows it; a level or filters below 0 are left as libpng has them.
Row write_with_libpng(std::string name, const Picture& picture, const std::filesystem::path& file,
                      int level, int filters) {
  return with_size(
      measured(std::move(name),
               [&](const auto& look) {
                 const std::unique_ptr<FILE, int (*)(FILE*)> out(std::fopen(file.c_str(), "wb"),
                                                                 std::fclose);
                 png_structp png =
                     png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
                 png_infop info = png_create_info_struct(png);
                 png_init_io(png, out.get());
                 png_set_IHDR(png, info, picture.info.width, picture.info.height, picture.info.bits,
                              PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                              PNG_FILTER_TYPE_DEFAULT);
                 if (level >= 0) png_set_compression_level(png, level);
                 if (filters >= 0) png_set_filter(png, 0, filters);
                 png_write_info(png, info);
                 if (picture.info.bits == 16) png_set_swap(png);
                 for (std::uint32_t y = 0; y < picture.info.height; ++y) {
                   png_write_row(png, reinterpret_cast<png_const_bytep>(picture.rows(y, 1).data()));
                   if (y % 1024 == 0) look();
                 }
                 png_write_end(png, info);
                 png_destroy_write_struct(&png, &info);
               }),
      file);
}

Row read_with_ours(std::string name, const std::filesystem::path& file) {
  return with_size(measured(std::move(name),
                            [&](const auto& look) {
                              auto reader = value(open_picture(file));
                              const PictureInfo& info = reader->info();
                              std::vector<std::byte> rows(info.bytes_per_row() * kRowsPerCall);
                              std::uint32_t calls = 0;
                              while (value(reader->read(rows)) > 0)
                                if (calls++ % 16 == 0) look();
                            }),
                   file);
}

Row read_with_libpng(std::string name, const std::filesystem::path& file) {
  return with_size(measured(std::move(name),
                            [&](const auto& look) {
                              const std::unique_ptr<FILE, int (*)(FILE*)> in(
                                  std::fopen(file.c_str(), "rb"), std::fclose);
                              png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING,
                                                                       nullptr, nullptr, nullptr);
                              png_infop info = png_create_info_struct(png);
                              png_init_io(png, in.get());
                              png_read_info(png, info);
                              std::vector<png_byte> row(png_get_rowbytes(png, info));
                              const png_uint_32 height = png_get_image_height(png, info);
                              for (png_uint_32 y = 0; y < height; ++y) {
                                png_read_row(png, row.data(), nullptr);
                                if (y % 1024 == 0) look();
                              }
                              png_destroy_read_struct(&png, &info, nullptr);
                            }),
                   file);
}

std::vector<Row> rows_for(const Picture& picture) {
  const auto ours = value(SpoolFile::create(".png"));
  const auto theirs = value(SpoolFile::create(".png"));
  const auto stock = value(SpoolFile::create(".png"));
  std::vector<Row> rows;
  rows.push_back(write_with_ours("write, ours, one thread", picture, ours.path(), {.threads = 1}));
  rows.push_back(write_with_ours("write, ours", picture, ours.path(), {}));
  rows.push_back(write_with_ours("write, ours, level 6", picture, ours.path(), {.png_level = 6}));
  rows.push_back(
      write_with_libpng("write, libpng, level 1, Sub", picture, theirs.path(), 1, PNG_FILTER_SUB));
  rows.push_back(
      write_with_libpng("write, libpng, level 6, Sub", picture, theirs.path(), 6, PNG_FILTER_SUB));
  rows.push_back(write_with_libpng("write, libpng as it comes", picture, stock.path(), -1, -1));
  (void)write_with_ours("", picture, ours.path(), {});
  rows.push_back(read_with_ours("read our file, ours", ours.path()));
  rows.push_back(read_with_libpng("read our file, libpng", ours.path()));
  rows.push_back(read_with_ours("read libpng's file, ours", stock.path()));
  rows.push_back(read_with_libpng("read libpng's file, libpng", stock.path()));
  return rows;
}

std::string json_of(const Picture& picture, const std::vector<Row>& rows) {
  JsonWriter json;
  json.begin_object()
      .member("megapixels", picture.info.megapixels())
      .member("bits", picture.info.bits)
      .member("cores", static_cast<int>(std::thread::hardware_concurrency()))
      .begin_array("rows");
  for (const Row& row : rows)
    json.begin_object()
        .member("name", row.name)
        .member("wall_s", row.wall_s)
        .member("cpu_s", row.cpu_s)
        .member("file_mb", row.file_mb)
        .member("memory_mb", row.memory_mb)
        .end_object();
  return json.end_array().end_object().text(true);
}

}  // namespace

int main(int argc, char** argv) {
  std::filesystem::path photo = BENCH_PHOTO;
  std::filesystem::path json;
  double megapixels = 24;
  int bits = 8;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    const char* given = i + 1 < argc ? argv[i + 1] : nullptr;
    if (option == "--photo" && given)
      photo = given;
    else if (option == "--megapixels" && given)
      megapixels = std::strtod(given, nullptr);
    else if (option == "--bits" && given)
      bits = std::atoi(given);
    else if (option == "--json" && given)
      json = given;
    else
      stop("Usage: png [--photo FILE] [--megapixels N] [--bits 8|16] [--json FILE]");
  }
  if (!(megapixels > 0 && megapixels <= 500) || (bits != 8 && bits != 16))
    stop("Megapixels are above 0 and up to 500, bits are 8 or 16.");

  const Picture picture = tiled(photo, megapixels, bits);
  const auto rows = rows_for(picture);
  std::println("{:.1f} megapixels, RGB of {} bits, {} cores", picture.info.megapixels(), bits,
               std::thread::hardware_concurrency());
  std::println("{:<28} {:>8} {:>8} {:>8} {:>10}", "", "wall s", "cpu s", "file MB", "memory MB");
  for (const Row& row : rows)
    std::println("{:<28} {:>8.2f} {:>8.2f} {:>8.1f} {:>10.1f}", row.name, row.wall_s, row.cpu_s,
                 row.file_mb, row.memory_mb);
  if (!json.empty()) std::ofstream(json) << json_of(picture, rows) << '\n';
}

#pragma once

#include <fftw3.h>

#include <complex>
#include <cstddef>
#include <limits>
#include <new>
#include <span>
#include <vector>

namespace sharpen::engine {

/// Allocates memory aligned as FFTW's vectorised transforms want it.
template <class T>
struct FftAllocator {
  using value_type = T;
  FftAllocator() = default;
  template <class U>
  FftAllocator(const FftAllocator<U>&) {}

  [[nodiscard]] T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_alloc();
    void* memory = fftwf_malloc(count * sizeof(T));
    if (!memory) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t) { fftwf_free(memory); }
  template <class U>
  bool operator==(const FftAllocator<U>&) const {
    return true;
  }
};

/// A rectangle of floats, row by row without padding.
class Plane {
 public:
  Plane() = default;
  Plane(int width, int height, float value = 0)
      : width_(width), height_(height), values_(std::size_t(width) * std::size_t(height), value) {}

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] bool empty() const { return values_.empty(); }
  [[nodiscard]] float* data() { return values_.data(); }
  [[nodiscard]] const float* data() const { return values_.data(); }
  [[nodiscard]] float* row(int y) { return values_.data() + std::size_t(y) * std::size_t(width_); }
  [[nodiscard]] const float* row(int y) const {
    return values_.data() + std::size_t(y) * std::size_t(width_);
  }
  [[nodiscard]] float& at(int x, int y) { return row(y)[x]; }
  [[nodiscard]] float at(int x, int y) const { return row(y)[x]; }
  [[nodiscard]] std::span<float> values() { return values_; }
  [[nodiscard]] std::span<const float> values() const { return values_; }

 private:
  int width_ = 0, height_ = 0;
  std::vector<float, FftAllocator<float>> values_;
};

/// The non-redundant half of a real picture's discrete Fourier transform: width / 2 + 1 columns.
class HalfSpectrum {
 public:
  using Value = std::complex<float>;
  HalfSpectrum() = default;
  /// For a picture of `picture_width` x `height`.
  HalfSpectrum(int picture_width, int height)
      : columns_(picture_width / 2 + 1),
        rows_(height),
        values_(std::size_t(columns_) * std::size_t(rows_)) {}

  [[nodiscard]] int columns() const { return columns_; }
  [[nodiscard]] int rows() const { return rows_; }
  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] Value* data() { return values_.data(); }
  [[nodiscard]] const Value* data() const { return values_.data(); }
  [[nodiscard]] Value at(int column, int row) const {
    return values_[std::size_t(row) * std::size_t(columns_) + std::size_t(column)];
  }

 private:
  int columns_ = 0, rows_ = 0;
  std::vector<Value, FftAllocator<Value>> values_;
};

}  // namespace sharpen::engine

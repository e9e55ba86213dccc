#pragma once

#include <array>
#include <csetjmp>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace sharpen {

/// The one place where errors of libpng and libjpeg, which are longjmps, become values.
///
/// The library is called in `run()` only, from a lambda that captures by reference (a longjmp skips
/// destructors, and may forget changed locals of the frame that called setjmp: this frame has none)
/// and that makes nothing with a destructor. The library's error callback calls `raise()`.
class LongjmpGuard {
 public:
  LongjmpGuard() = default;
  LongjmpGuard(const LongjmpGuard&) = delete;
  LongjmpGuard& operator=(const LongjmpGuard&) = delete;

  /// Returns whether the step came to its end; if not, message() says why.
  template <class Step>
  [[nodiscard, gnu::noinline]] bool run(const Step& step) {
    static_assert(std::is_trivially_destructible_v<Step>);
    if (setjmp(target_) != 0) return false;
    step();
    return true;
  }

  /// Leaves the running step.
  [[noreturn]] void raise(const char* message) {
    std::strncpy(message_.data(), message, message_.size() - 1);
    std::longjmp(target_, 1);
  }

  /// The library's own words, in English.
  [[nodiscard]] std::string_view message() const { return message_.data(); }

 private:
  std::jmp_buf target_ = {};
  std::array<char, 256> message_ = {};
};

}  // namespace sharpen

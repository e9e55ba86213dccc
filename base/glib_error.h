#pragma once

#include <glib.h>

#include <memory>
#include <string>

namespace sharpen {

/// Receives a `GError**` result: `GErrorGuard error; call(..., error.out()); if (error) …`.
class GErrorGuard {
 public:
  GErrorGuard() = default;
  GErrorGuard(const GErrorGuard&) = delete;
  GErrorGuard& operator=(const GErrorGuard&) = delete;
  ~GErrorGuard() { g_clear_error(&error_); }

  [[nodiscard]] GError** out() {
    g_clear_error(&error_);
    return &error_;
  }
  [[nodiscard]] explicit operator bool() const { return error_ != nullptr; }
  [[nodiscard]] const GError* get() const { return error_; }
  [[nodiscard]] bool matches(GQuark domain, int code) const {
    return g_error_matches(error_, domain, code);
  }
  [[nodiscard]] std::string message() const { return error_ ? error_->message : ""; }

 private:
  GError* error_ = nullptr;
};

struct GFree {
  void operator()(void* memory) const { g_free(memory); }
};
struct GStrvFree {
  void operator()(char** strings) const { g_strfreev(strings); }
};

/// A string that GLib allocated ("transfer full").
using OwnedChars = std::unique_ptr<char, GFree>;
/// A NULL-terminated array of strings that GLib allocated.
using OwnedStrv = std::unique_ptr<char*, GStrvFree>;

}  // namespace sharpen

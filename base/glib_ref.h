#pragma once

#include <gio/gio.h>

#include <cstddef>
#include <utility>

namespace sharpen {

/// Owns one reference of a GObject (or of any type with ref and unref functions, see RefTraits).
template <class T>
struct RefTraits {
  static void ref(T* object) { g_object_ref(object); }
  static void unref(T* object) { g_object_unref(object); }
};

template <class T>
class Ref {
 public:
  Ref() = default;
  Ref(std::nullptr_t) {}
  Ref(const Ref& other) : object_(other.object_) {
    if (object_) RefTraits<T>::ref(object_);
  }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_) RefTraits<T>::unref(object_);
  }

  /// Takes over a reference that the caller owns ("transfer full").
  [[nodiscard]] static Ref adopt(T* object) {
    Ref ref;
    ref.object_ = object;
    return ref;
  }
  /// Adds a reference to an object that somebody else owns ("transfer none").
  [[nodiscard]] static Ref share(T* object) {
    if (object) RefTraits<T>::ref(object);
    return adopt(object);
  }

  [[nodiscard]] T* get() const { return object_; }
  [[nodiscard]] explicit operator bool() const { return object_ != nullptr; }
  T* operator->() const { return object_; }

  /// Gives the reference away ("transfer full" arguments).
  [[nodiscard]] T* release() { return std::exchange(object_, nullptr); }

 private:
  T* object_ = nullptr;
};

template <>
struct RefTraits<GMainLoop> {
  static void ref(GMainLoop* loop) { g_main_loop_ref(loop); }
  static void unref(GMainLoop* loop) { g_main_loop_unref(loop); }
};
template <>
struct RefTraits<GMainContext> {
  static void ref(GMainContext* context) { g_main_context_ref(context); }
  static void unref(GMainContext* context) { g_main_context_unref(context); }
};
template <>
struct RefTraits<GBytes> {
  static void ref(GBytes* bytes) { g_bytes_ref(bytes); }
  static void unref(GBytes* bytes) { g_bytes_unref(bytes); }
};
template <>
struct RefTraits<GUri> {
  static void ref(GUri* uri) { g_uri_ref(uri); }
  static void unref(GUri* uri) { g_uri_unref(uri); }
};

}  // namespace sharpen

#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/glib_ref.h"
#include "base/glib_source.h"

namespace sharpen {

template <>
struct RefTraits<GClosure> {
  static void ref(GClosure* closure) { g_closure_ref(closure); }
  static void unref(GClosure* closure) { g_closure_unref(closure); }
};

/// Signal handlers that end with their owner, so that a callback may hold `this`.
class Connections {
 public:
  Connections() = default;
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;
  ~Connections() { clear(); }

  /// Calls `callback` at each emission; its result is "not handled" for signals that ask.
  void on(gpointer instance, const char* signal, std::function<void()> callback);
  /// As on(), for a signal that carries a GdkEvent; returns whether the event was handled.
  void on_event(gpointer instance, const char* signal, std::function<bool(GdkEvent*)> callback);
  /// For GtkWidget::draw.
  void on_draw(GtkWidget* widget, std::function<void(cairo_t*)> callback);
  /// For GtkDialog::response and GtkInfoBar::response.
  void on_response(gpointer instance, std::function<void(int)> callback);
  void clear();

  /// A handler sees the signal's arguments, the first of which is the instance.
  using Handler = std::function<bool(std::span<const GValue>)>;
  void connect(gpointer instance, const char* signal, Handler handler, bool after = false);

 private:
  std::vector<Ref<GClosure>> closures_;
};

/// Takes a new, floating widget into ownership.
[[nodiscard]] Ref<GtkWidget> own(GtkWidget* floating);

/// The distances of the GNOME Human Interface Guidelines, in pixels.
inline constexpr int narrow_gap = 6;
inline constexpr int wide_gap = 12;

[[nodiscard]] GtkWidget* vertical_box(int gap = narrow_gap);
[[nodiscard]] GtkWidget* horizontal_box(int gap = narrow_gap);
/// Appends a child that takes its natural size, or the free space as well.
void append(GtkWidget* box, GtkWidget* child, bool expand = false);
void append_end(GtkWidget* box, GtkWidget* child);
[[nodiscard]] std::vector<GtkWidget*> children_of(GtkWidget* container);

/// A label that starts at the left (right in right-to-left languages).
[[nodiscard]] GtkWidget* text_label(const std::string& text);
/// A wrapped, dimmed, smaller label of at most `columns` characters a line.
[[nodiscard]] GtkWidget* hint_label(const std::string& text, int columns = 40);
[[nodiscard]] GtkWidget* bold_label(const std::string& text);
/// A label with a mnemonic for `target`, which is also named by it for assistive technology.
[[nodiscard]] GtkWidget* mnemonic_label(const std::string& text, GtkWidget* target);
[[nodiscard]] GtkWidget* text_button(const std::string& mnemonic_text);
[[nodiscard]] GtkWidget* icon_button(const char* icon, const std::string& tooltip);
/// With room for its label in bold: GIMP's themes write it so when it is checked, and nothing
/// moves.
[[nodiscard]] GtkWidget* check_button(const std::string& mnemonic_text);
/// Likewise; joins the group of `other`, if there is one.
[[nodiscard]] GtkWidget* radio_button(const std::string& mnemonic_text, GtkWidget* other = nullptr);
/// An expander with a mnemonic whose content is indented as GIMP's own are.
[[nodiscard]] GtkWidget* expander(const std::string& mnemonic_text, GtkWidget* content);
/// Scrolls the window around a widget until as much of the widget is seen as fits.
void scroll_into_view(GtkWidget* widget);
/// The same once what was just shown in it has its size.
[[nodiscard]] EventSource scroll_into_view_soon(GtkWidget* widget);
/// A bold title above an indented content, as in GIMP's frames.
[[nodiscard]] GtkWidget* titled(const std::string& title, GtkWidget* content);

/// What a screen reader says for a widget without a label of its own.
void set_accessible_name(GtkWidget* widget, const std::string& name);
void set_accessible_description(GtkWidget* widget, const std::string& description);

/// Writes a label in the theme's colour for warnings.
void set_warning_colour(GtkWidget* label, bool on);
/// Rules of CSS for this widget alone.
void set_style(GtkWidget* widget, const char* css);
void set_class(GtkWidget* widget, const char* css_class, bool on = true);
/// Shows (with its children) or hides in a way that gtk_widget_show_all() of a parent does not
/// undo.
void set_visible(GtkWidget* widget, bool visible);
void set_text(GtkWidget* label, const std::string& text);

}  // namespace sharpen

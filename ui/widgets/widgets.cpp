#include "ui/widgets/widgets.h"

#include <algorithm>
#include <memory>

namespace sharpen {
namespace {

void marshal(GClosure* closure, GValue* result, guint count, const GValue* arguments, gpointer,
             gpointer) {
  const auto& handler = *static_cast<const Connections::Handler*>(closure->data);
  bool handled = false;
  try {
    handled = handler({arguments, count});
  } catch (...) {
    g_critical("a signal handler threw an exception");
  }
  if (result && G_VALUE_HOLDS_BOOLEAN(result)) g_value_set_boolean(result, handled);
}

void destroy_handler(gpointer data, GClosure*) {
  const std::unique_ptr<Connections::Handler> owner(static_cast<Connections::Handler*>(data));
}

struct UnrefAttributes {
  void operator()(PangoAttrList* attributes) const { pango_attr_list_unref(attributes); }
};
using Attributes = std::unique_ptr<PangoAttrList, UnrefAttributes>;

Attributes bold() {
  Attributes attributes(pango_attr_list_new());
  pango_attr_list_insert(attributes.get(), pango_attr_weight_new(PANGO_WEIGHT_BOLD));
  return attributes;
}

void keep_room_for_bold(GtkWidget* button) {
  GtkWidget* label = gtk_bin_get_child(GTK_BIN(button));
  const auto layout = Ref<PangoLayout>::adopt(
      gtk_widget_create_pango_layout(label, gtk_label_get_text(GTK_LABEL(label))));
  pango_layout_set_attributes(layout.get(), bold().get());
  int width = 0;
  pango_layout_get_pixel_size(layout.get(), &width, nullptr);
  gtk_widget_set_size_request(label, width, -1);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
}

}  // namespace

void Connections::connect(gpointer instance, const char* signal, Handler handler, bool after) {
  auto owner = std::make_unique<Handler>(std::move(handler));
  GClosure* closure = g_closure_new_simple(sizeof(GClosure), owner.get());
  g_closure_add_finalize_notifier(closure, owner.release(), destroy_handler);
  g_closure_set_marshal(closure, marshal);
  g_closure_ref(closure);
  g_closure_sink(closure);
  closures_.push_back(Ref<GClosure>::adopt(closure));
  g_signal_connect_closure(instance, signal, closure, after);
}

void Connections::on(gpointer instance, const char* signal, std::function<void()> callback) {
  connect(instance, signal, [callback = std::move(callback)](std::span<const GValue>) {
    callback();
    return false;
  });
}

void Connections::on_event(gpointer instance, const char* signal,
                           std::function<bool(GdkEvent*)> callback) {
  connect(instance, signal, [callback = std::move(callback)](std::span<const GValue> arguments) {
    return callback(static_cast<GdkEvent*>(g_value_get_boxed(&arguments[1])));
  });
}

void Connections::on_draw(GtkWidget* widget, std::function<void(cairo_t*)> callback) {
  connect(widget, "draw", [callback = std::move(callback)](std::span<const GValue> arguments) {
    callback(static_cast<cairo_t*>(g_value_get_boxed(&arguments[1])));
    return false;
  });
}

void Connections::on_response(gpointer instance, std::function<void(int)> callback) {
  connect(instance, "response",
          [callback = std::move(callback)](std::span<const GValue> arguments) {
            callback(g_value_get_int(&arguments[1]));
            return false;
          });
}

void Connections::clear() {
  for (const auto& closure : closures_) g_closure_invalidate(closure.get());
  closures_.clear();
}

Ref<GtkWidget> own(GtkWidget* floating) {
  return Ref<GtkWidget>::adopt(GTK_WIDGET(g_object_ref_sink(floating)));
}

GtkWidget* vertical_box(int gap) { return gtk_box_new(GTK_ORIENTATION_VERTICAL, gap); }
GtkWidget* horizontal_box(int gap) { return gtk_box_new(GTK_ORIENTATION_HORIZONTAL, gap); }

void append(GtkWidget* box, GtkWidget* child, bool expand) {
  gtk_box_pack_start(GTK_BOX(box), child, expand, expand, 0);
}

void append_end(GtkWidget* box, GtkWidget* child) {
  gtk_box_pack_end(GTK_BOX(box), child, FALSE, FALSE, 0);
}

std::vector<GtkWidget*> children_of(GtkWidget* container) {
  std::vector<GtkWidget*> children;
  const auto collect = [](GtkWidget* child, gpointer list) {
    static_cast<std::vector<GtkWidget*>*>(list)->push_back(child);
  };
  gtk_container_foreach(GTK_CONTAINER(container), collect, &children);
  return children;
}

GtkWidget* text_label(const std::string& text) {
  GtkWidget* label = gtk_label_new(text.c_str());
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  return label;
}

GtkWidget* hint_label(const std::string& text, int columns) {
  GtkWidget* label = text_label(text);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars(GTK_LABEL(label), columns);
  gtk_label_set_max_width_chars(GTK_LABEL(label), columns);
  set_class(label, "dim-label");
  return label;
}

GtkWidget* bold_label(const std::string& text) {
  GtkWidget* label = text_label(text);
  gtk_label_set_attributes(GTK_LABEL(label), bold().get());
  return label;
}

GtkWidget* mnemonic_label(const std::string& text, GtkWidget* target) {
  GtkWidget* label = gtk_label_new_with_mnemonic(text.c_str());
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  gtk_label_set_mnemonic_widget(GTK_LABEL(label), target);
  set_accessible_name(target, gtk_label_get_text(GTK_LABEL(label)));
  return label;
}

GtkWidget* text_button(const std::string& mnemonic_text) {
  return gtk_button_new_with_mnemonic(mnemonic_text.c_str());
}

GtkWidget* icon_button(const char* icon, const std::string& tooltip) {
  GtkWidget* button = gtk_button_new_from_icon_name(icon, GTK_ICON_SIZE_BUTTON);
  gtk_widget_set_tooltip_text(button, tooltip.c_str());
  set_accessible_name(button, tooltip);
  return button;
}

GtkWidget* check_button(const std::string& mnemonic_text) {
  GtkWidget* button = gtk_check_button_new_with_mnemonic(mnemonic_text.c_str());
  keep_room_for_bold(button);
  return button;
}

GtkWidget* radio_button(const std::string& mnemonic_text, GtkWidget* other) {
  GtkRadioButton* group = other ? GTK_RADIO_BUTTON(other) : nullptr;
  GtkWidget* button = gtk_radio_button_new_with_mnemonic_from_widget(group, mnemonic_text.c_str());
  keep_room_for_bold(button);
  return button;
}

GtkWidget* expander(const std::string& mnemonic_text, GtkWidget* content) {
  GtkWidget* widget = gtk_expander_new_with_mnemonic(mnemonic_text.c_str());
  // GTK puts a title to the right only when it hears that the direction has changed.
  gtk_widget_set_direction(widget, GTK_TEXT_DIR_LTR);
  gtk_widget_set_direction(widget, GTK_TEXT_DIR_NONE);
  gtk_widget_set_margin_start(content, wide_gap);
  gtk_widget_set_margin_top(content, narrow_gap);
  gtk_container_add(GTK_CONTAINER(widget), content);
  // GTK hides folded content only once it was unfolded; until then Tab would go through it.
  gtk_widget_show_all(content);
  gtk_widget_set_no_show_all(content, TRUE);
  g_object_bind_property(widget, "expanded", content, "visible", G_BINDING_SYNC_CREATE);
  return widget;
}

void scroll_into_view(GtkWidget* widget) {
  GtkWidget* scrolled = gtk_widget_get_ancestor(widget, GTK_TYPE_SCROLLED_WINDOW);
  GtkWidget* viewport = scrolled ? gtk_bin_get_child(GTK_BIN(scrolled)) : nullptr;
  if (!viewport) return;
  int top = 0;
  gtk_widget_translate_coordinates(widget, gtk_bin_get_child(GTK_BIN(viewport)), 0, 0, nullptr,
                                   &top);
  GtkAdjustment* seen = gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(scrolled));
  const double page = gtk_adjustment_get_page_size(seen);
  const double height = std::min<double>(gtk_widget_get_allocated_height(widget), page);
  // At once: gtk_adjustment_clamp_page() moves in steps, and the next layout would end them.
  const double lowest = std::max(0.0, top + height - page);
  gtk_adjustment_set_value(seen, std::clamp<double>(gtk_adjustment_get_value(seen), lowest, top));
}

EventSource scroll_into_view_soon(GtkWidget* widget) {
  constexpr unsigned two_frames = 34;  // milliseconds
  return EventSource::timeout(two_frames, [widget] {
    // A busy computer may take longer for the layout than two frames.
    int needed = 0;
    gtk_widget_get_preferred_height_for_width(widget, gtk_widget_get_allocated_width(widget),
                                              &needed, nullptr);
    const int margins = gtk_widget_get_margin_top(widget) + gtk_widget_get_margin_bottom(widget);
    const bool wait =
        gtk_widget_get_mapped(widget) && gtk_widget_get_allocated_height(widget) + margins < needed;
    if (!wait) scroll_into_view(widget);
    return wait;
  });
}

GtkWidget* titled(const std::string& title, GtkWidget* content) {
  GtkWidget* box = vertical_box();
  append(box, bold_label(title));
  gtk_widget_set_margin_start(content, wide_gap);
  append(box, content, true);
  return box;
}

void set_accessible_name(GtkWidget* widget, const std::string& name) {
  atk_object_set_name(gtk_widget_get_accessible(widget), name.c_str());
}

void set_accessible_description(GtkWidget* widget, const std::string& description) {
  atk_object_set_description(gtk_widget_get_accessible(widget), description.c_str());
}

void set_warning_colour(GtkWidget* label, bool on) {
  GdkRGBA colour{0.96, 0.47, 0.0, 1};  // for themes that name none
  gtk_style_context_lookup_color(gtk_widget_get_style_context(label), "warning_color", &colour);
  const Attributes attributes(pango_attr_list_new());
  if (on) {
    const auto part = [](double value) { return static_cast<guint16>(value * 65535); };
    pango_attr_list_insert(
        attributes.get(),
        pango_attr_foreground_new(part(colour.red), part(colour.green), part(colour.blue)));
  }
  gtk_label_set_attributes(GTK_LABEL(label), attributes.get());
}

void set_style(GtkWidget* widget, const char* css) {
  const auto provider = Ref<GtkCssProvider>::adopt(gtk_css_provider_new());
  gtk_css_provider_load_from_data(provider.get(), css, -1, nullptr);
  gtk_style_context_add_provider(gtk_widget_get_style_context(widget),
                                 GTK_STYLE_PROVIDER(provider.get()),
                                 GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

void set_class(GtkWidget* widget, const char* css_class, bool on) {
  GtkStyleContext* style = gtk_widget_get_style_context(widget);
  if (on) {
    gtk_style_context_add_class(style, css_class);
  } else {
    gtk_style_context_remove_class(style, css_class);
  }
}

void set_visible(GtkWidget* widget, bool visible) {
  gtk_widget_set_no_show_all(widget, FALSE);
  if (visible) {
    gtk_widget_show_all(widget);
  } else {
    gtk_widget_hide(widget);
  }
  gtk_widget_set_no_show_all(widget, TRUE);
}

void set_text(GtkWidget* label, const std::string& text) {
  if (text != gtk_label_get_text(GTK_LABEL(label)))
    gtk_label_set_text(GTK_LABEL(label), text.c_str());
}

}  // namespace sharpen

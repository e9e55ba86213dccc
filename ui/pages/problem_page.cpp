#include "ui/pages/problem_page.h"

#include "base/i18n.h"

namespace sharpen {

ProblemPage::ProblemPage(Actions actions) : box_(own(vertical_box(wide_gap))) {
  GtkWidget* row = horizontal_box(wide_gap);
  icon_ = gtk_image_new();
  gtk_widget_set_valign(icon_, GTK_ALIGN_START);
  append(row, icon_);
  GtkWidget* texts = vertical_box(wide_gap);
  message_ = bold_label("");
  hint_ = text_label("");
  for (GtkWidget* label : {message_, hint_}) {
    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_width_chars(GTK_LABEL(label), 28);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 28);
    append(texts, label);
  }
  append(row, texts, true);
  append(box_.get(), row);

  copy_row_ = horizontal_box();
  GtkWidget* copy_button = text_button(_("Copy _Details"));
  copied_ = text_label("");
  set_class(copied_, "dim-label");
  append(copy_row_, copy_button);
  append(copy_row_, copied_);
  append(texts, copy_row_);

  GtkWidget* buttons = horizontal_box();
  try_again_ = text_button(_("_Try Again"));
  set_class(try_again_, "suggested-action");
  gtk_widget_set_can_default(try_again_, TRUE);
  append_end(buttons, try_again_);
  enter_key_ = text_button(_("Enter a _Key…"));
  append_end(buttons, enter_key_);
  if (actions.back) {
    GtkWidget* back = text_button(_("_Back"));
    append_end(buttons, back);
    connections_.on(back, "clicked", std::move(actions.back));
  }
  GtkWidget* close = text_button(_("_Close"));
  append_end(buttons, close);
  append_end(box_.get(), buttons);

  connections_.on(copy_button, "clicked", [this] { copy(); });
  connections_.on(try_again_, "clicked", std::move(actions.try_again));
  connections_.on(close, "clicked", std::move(actions.close));
  has_keys_ = static_cast<bool>(actions.enter_key);
  if (has_keys_) connections_.on(enter_key_, "clicked", std::move(actions.enter_key));
}

void ProblemPage::show(const Error& error, const std::string& details) {
  const bool is_problem = error.kind != ErrorKind::cancelled;
  gtk_image_set_from_icon_name(GTK_IMAGE(icon_), is_problem ? "dialog-error" : "dialog-information",
                               GTK_ICON_SIZE_DIALOG);
  set_text(message_, error.message);
  set_text(hint_, error.hint);
  set_visible(hint_, !error.hint.empty());
  set_text(copied_, "");
  set_visible(enter_key_, has_keys_ && (error.kind == ErrorKind::no_key ||
                                        error.kind == ErrorKind::key_refused));
  set_visible(copy_row_, is_problem);
  details_ = error.text() + "\n" + std::string(name_of(error.kind)) + "\n" + details;
}

void ProblemPage::copy() {
  GtkClipboard* clipboard = gtk_widget_get_clipboard(box_.get(), GDK_SELECTION_CLIPBOARD);
  gtk_clipboard_set_text(clipboard, details_.data(), static_cast<int>(details_.size()));
  gtk_clipboard_store(clipboard);
  set_text(copied_, _("Copied"));
}

}  // namespace sharpen

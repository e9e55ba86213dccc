#include "ui/widgets/suggestion_line.h"

#include "base/i18n.h"

namespace sharpen {

SuggestionLine::SuggestionLine(Events events)
    : button_(own(text_button(_("Suggest")))), box_(own(vertical_box())) {
  gtk_widget_set_tooltip_text(
      button_.get(),
      _("Looks at the picture on this computer and says which model fits it. This is "
        "free, and nothing is sent away."));
  text_ = hint_label("");
  set_class(text_, "dim-label", false);
  append(box_.get(), text_);
  follow_ = text_button("");
  gtk_widget_set_halign(follow_, GTK_ALIGN_START);
  append(box_.get(), follow_);
  hide();
  connections_.on(button_.get(), "clicked", std::move(events.ask));
  connections_.on(follow_, "clicked", std::move(events.follow));
}

void SuggestionLine::set_looking() {
  show(_("Looking at the picture…"), "");
  gtk_widget_set_sensitive(button_.get(), FALSE);
}

void SuggestionLine::show(const std::string& text, const std::string& follow, bool is_problem) {
  gtk_widget_set_sensitive(button_.get(), TRUE);
  set_visible(box_.get(), true);
  set_text(text_, text);
  set_warning_colour(text_, is_problem);
  gtk_button_set_label(GTK_BUTTON(follow_), follow.c_str());
  set_visible(follow_, !follow.empty());
}

void SuggestionLine::hide() {
  gtk_widget_set_sensitive(button_.get(), TRUE);
  set_visible(box_.get(), false);
}

}  // namespace sharpen

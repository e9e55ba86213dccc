#include "ui/run/waiting_bar.h"

#include "base/i18n.h"
#include "ui/widgets/job_list.h"

namespace sharpen {

WaitingBar::WaitingBar(std::function<void()> show_jobs) : bar_(own(gtk_info_bar_new())) {
  auto* bar = GTK_INFO_BAR(bar_.get());
  gtk_info_bar_add_button(bar, _("Show…"), GTK_RESPONSE_ACCEPT);
  gtk_info_bar_add_button(bar, _("Not Now"), GTK_RESPONSE_CLOSE);
  text_ = text_label("");
  gtk_label_set_line_wrap(GTK_LABEL(text_), TRUE);
  append(gtk_info_bar_get_content_area(bar), text_, true);
  gtk_widget_set_margin_bottom(bar_.get(), narrow_gap);
  connections_.on_response(bar, [this, show_jobs = std::move(show_jobs)](int response) {
    if (response == GTK_RESPONSE_ACCEPT) return show_jobs();
    set_visible(bar_.get(), false);
  });
  set_visible(bar_.get(), false);
}

void WaitingBar::show(const std::vector<JournalEntry>& jobs, const std::string& notice) {
  std::string text = notice;
  if (jobs.size() == 1) {
    text = tr("1 sharpened picture is waiting: {}.", job_title(jobs.front()));
  } else if (!jobs.empty()) {
    text = trn("{} sharpened picture is waiting.", "{} sharpened pictures are waiting.",
               jobs.size(), jobs.size());
  }
  set_text(text_, text);
  set_visible(bar_.get(), !text.empty());
}

}  // namespace sharpen

#include "ui/widgets/account_line.h"

#include "base/i18n.h"
#include "ui/widgets/text.h"

namespace sharpen {

AccountLine::AccountLine(std::function<void()> open_account) : box_(own(horizontal_box(wide_gap))) {
  state_ = hint_label("", 24);
  gtk_widget_set_hexpand(state_, TRUE);
  button_ = text_button(_("Acco_unt…"));
  gtk_widget_set_valign(button_, GTK_ALIGN_START);
  append(box_.get(), state_, true);
  append_end(box_.get(), button_);
  connections_.on(button_, "clicked", std::move(open_account));
}

void AccountLine::show(const std::string& text, bool is_problem) {
  set_text(state_, text);
  set_class(state_, "dim-label", !is_problem);
  set_warning_colour(state_, is_problem);
}

void AccountLine::set_looking() { show(_("Looking for the service…"), false); }

void AccountLine::set_found(ServiceKind kind, bool chosen_automatically) {
  service_ = chosen_automatically ? _(title_of(kind)) : "";
  if (kind == ServiceKind::this_computer) {
    const std::string about =
        _("Works without an account and sends nothing away. Removes blur, but "
          "invents no detail.");
    return show(service_.empty() ? about : tr("{}. {}", service_, about), false);
  }
  show(service_, false);
}

void AccountLine::set_balance(const Result<Balance>& balance) {
  if (!balance) return set_problem(balance.error());
  const std::string amount = amount_text(balance->available, balance->unit);
  // TRANSLATORS: a service and what is left on its account: "Topaz Labs: 123 credits"
  show(service_.empty() ? amount : tr("{}: {}", service_, amount), false);
}

void AccountLine::set_problem(const Error& error) {
  // Where a key is entered is said by the button beside this line.
  show(error.kind == ErrorKind::no_key ? error.message : error.text(), true);
}

void AccountLine::offer_account(bool offered) { set_visible(button_, offered); }

}  // namespace sharpen

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "client/home.h"
#include "client/keys/keys.h"
#include "client/providers/settings.h"
#include "ui/run/background.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// The key of one service: paste, test, where it is kept, where keys are made, forget.
class AccountPage {
 public:
  /// `changed` is called when a key was stored or forgotten.
  AccountPage(ServiceKind kind, std::string url, Home home, std::function<void()> changed);

  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }
  [[nodiscard]] GtkWidget* entry() const { return entry_; }
  /// The row of buttons at the end.
  [[nodiscard]] GtkWidget* buttons() const { return buttons_; }

 private:
  void build_places(GtkWidget* rows);
  void show_found(const Result<std::optional<FoundKey>>& found);
  void look();
  void test();
  void save();
  void forget();
  void follow();
  void say(const std::string& text, bool is_problem);
  [[nodiscard]] std::string key() const;
  [[nodiscard]] std::string origin() const;

  ServiceKind kind_;
  std::string url_;
  Home home_;
  std::function<void()> changed_;
  Ref<GtkWidget> box_;
  GtkWidget *kept_, *entry_, *in_keyring_, *in_file_, *test_, *save_, *forget_, *answer_, *buttons_;
  std::string found_key_;  ///< secret; to be tested without typing it again
  Background work_;
  Connections connections_;
};

/// Shows the page in a small window above `parent` until it is closed.
void show_account(GtkWindow* parent, ServiceKind kind, const std::string& url, const Home& home,
                  const std::function<void()>& changed);

}  // namespace sharpen

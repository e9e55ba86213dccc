#include "ui/widgets/mnemonics.h"

#include <utility>
#include <vector>

namespace sharpen {
namespace {

void collect(GtkWidget* widget, gpointer data) {
  if (!gtk_widget_get_visible(widget) || !gtk_widget_get_child_visible(widget)) return;
  if (GTK_IS_LABEL(widget)) {
    const guint key = gtk_label_get_mnemonic_keyval(GTK_LABEL(widget));
    const gunichar letter = gdk_keyval_to_unicode(gdk_keyval_to_lower(key));
    if (letter) static_cast<std::set<gunichar>*>(data)->insert(letter);
  }
  if (GTK_IS_CONTAINER(widget)) gtk_container_forall(GTK_CONTAINER(widget), collect, data);
}

/// Whether one key types it: Chinese, Japanese and Korean characters are composed of several.
bool has_key(gunichar letter) {
  switch (g_unichar_get_script(letter)) {
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_HANGUL:
      return false;
    default:
      return g_unichar_isalpha(letter) != FALSE;
  }
}

/// The letters of a text with their places in bytes: those that begin a word first.
std::vector<std::pair<gunichar, std::size_t>> letters_of(const std::string& text) {
  std::vector<std::pair<gunichar, std::size_t>> initials, others;
  bool inside = false;
  for (const char* at = text.c_str(); *at; at = g_utf8_next_char(at)) {
    const gunichar letter = g_utf8_get_char(at);
    if (has_key(letter))
      (inside ? others : initials)
          .emplace_back(g_unichar_tolower(letter), std::size_t(at - text.c_str()));
    inside = g_unichar_isalpha(letter) || g_unichar_ismark(letter);
  }
  initials.insert(initials.end(), others.begin(), others.end());
  return initials;
}

}  // namespace

std::set<gunichar> mnemonics_in(GtkWidget* window) {
  std::set<gunichar> letters;
  if (GTK_IS_CONTAINER(window)) gtk_container_forall(GTK_CONTAINER(window), collect, &letters);
  return letters;
}

std::string with_mnemonic(const std::string& title, std::set<gunichar>& taken) {
  const auto letters = letters_of(title);
  for (const auto& [letter, at] : letters) {
    if (!taken.insert(letter).second) continue;
    std::string text = title;
    return text.insert(at, "_");
  }
  for (char letter = 'a'; letters.empty() && letter <= 'z'; ++letter) {
    if (!taken.insert(gunichar(letter)).second) continue;
    return title + "(_" + static_cast<char>(g_ascii_toupper(letter)) + ")";
  }
  return title;
}

}  // namespace sharpen

#pragma once

#include <gtk/gtk.h>

#include <set>
#include <string>

namespace sharpen {

/// The mnemonics that are visible in a window now, as small letters.
[[nodiscard]] std::set<gunichar> mnemonics_in(GtkWidget* window);

/// A title with a mnemonic that is not taken, which is added to `taken`: the first letter of a word
/// if possible, in writings without an alphabet a Latin letter behind it. The title alone if there
/// is none left.
[[nodiscard]] std::string with_mnemonic(const std::string& title, std::set<gunichar>& taken);

}  // namespace sharpen

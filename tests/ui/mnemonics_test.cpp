#include "ui/widgets/mnemonics.h"

#include <gtest/gtest.h>

namespace sharpen {
namespace {

std::set<gunichar> letters(const std::string& text) {
  const std::u32string wide(text.begin(), text.end());
  return {wide.begin(), wide.end()};
}

TEST(Mnemonics, PreferTheFirstLettersOfWords) {
  auto taken = letters("s");
  EXPECT_EQ(with_mnemonic("Strength", taken), "S_trength");
  EXPECT_EQ(with_mnemonic("Minor denoise", taken), "_Minor denoise");
  EXPECT_EQ(with_mnemonic("Minor denoise", taken), "Minor _denoise");
  EXPECT_EQ(with_mnemonic("Denoise", taken), "D_enoise");
  EXPECT_EQ(taken, letters("stmde"));
}

TEST(Mnemonics, AreLettersOfTheWriting) {
  std::set<gunichar> taken;
  EXPECT_EQ(with_mnemonic("Сила", taken), "_Сила");
  EXPECT_EQ(with_mnemonic("Сила", taken), "С_ила");
  EXPECT_EQ(with_mnemonic("Korn-Stärke (%)", taken), "_Korn-Stärke (%)");
}

TEST(Mnemonics, StandBehindWordsWithoutAlphabet) {
  auto taken = letters("ab");
  EXPECT_EQ(with_mnemonic("強さ", taken), "強さ(_C)");
  EXPECT_EQ(with_mnemonic("锐度", taken), "锐度(_D)");
}

TEST(Mnemonics, AreLeftOutWhereNoLetterIsFree) {
  auto taken = letters("seed");
  EXPECT_EQ(with_mnemonic("Seed", taken), "Seed");
}

}  // namespace
}  // namespace sharpen

#include "service/testing/account.h"

#include <gtest/gtest.h>

namespace sharpen::server {
namespace {

class AccountTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(ledger_); }
  Account open(std::int64_t balance) {
    auto account = Account::open(balance, ledger_);
    EXPECT_TRUE(account);
    return *std::move(account);
  }
  std::filesystem::path ledger_ =
      std::filesystem::path(testing::TempDir()) / ("ledger-" + std::to_string(::getpid()));
};

TEST_F(AccountTest, ChargesAJobOnceHoweverOftenItEnds) {
  Account account = open(10);
  ASSERT_TRUE(account.reserve("a", 3));
  EXPECT_EQ(account.available(), 7);
  EXPECT_EQ(account.total(), 10);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(account.charge({"a", "a.png", 3, 1000}));
  EXPECT_EQ(account.total(), 7);
  EXPECT_EQ(account.reserved(), 0);
  Account later = open(10);
  ASSERT_TRUE(later.charge({"a", "a.png", 3, 2000}));
  EXPECT_EQ(later.total(), 7) << "also in the next process";
  EXPECT_EQ(later.charges().size(), 1u);
}

TEST_F(AccountTest, NeverReservesMoreThanThereIs) {
  Account account = open(4);
  EXPECT_TRUE(account.reserve("a", 3));
  EXPECT_FALSE(account.reserve("b", 2));
  account.release("a");
  EXPECT_TRUE(account.reserve("b", 2));
}

TEST_F(AccountTest, ChargesNothingThatItCannotWriteDown) {
  auto account = Account::open(4, "/proc/nowhere/ledger");
  ASSERT_TRUE(account);
  ASSERT_TRUE(account->reserve("a", 1));
  EXPECT_FALSE(account->charge({"a", "a.png", 1, 1000}));
  EXPECT_EQ(account->total(), 4);
}

}  // namespace
}  // namespace sharpen::server

#include "service/testing/account.h"

#include <gtest/gtest.h>

#include <fstream>

namespace sharpen::server {
namespace {

class AccountTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(ledger_); }
  Account open(std::optional<std::int64_t> balance) {
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

TEST_F(AccountTest, NeverEndsWithoutABalance) {
  Account account = open(std::nullopt);
  const std::int64_t before = account.available();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(account.reserve(std::to_string(i), 900'000));
    EXPECT_TRUE(account.charge({std::to_string(i), "a.png", 900'000, 1000}));
  }
  EXPECT_EQ(account.available(), before);
  EXPECT_TRUE(account.charges().empty());
  EXPECT_FALSE(std::filesystem::exists(ledger_));
}

TEST_F(AccountTest, ForgetsChargesAndNotWhatTheyCost) {
  Account account = open(100);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(account.charge({std::to_string(i), "a.png", 1, i}));
  const auto size = std::filesystem::file_size(ledger_);
  ASSERT_TRUE(account.forget([](const Charge& charge) { return charge.time < 49; }));
  EXPECT_EQ(account.total(), 50);
  EXPECT_LT(std::filesystem::file_size(ledger_), size / 10);
  Account later = open(100);
  EXPECT_EQ(later.total(), 50);
  ASSERT_EQ(later.charges().size(), 1u);
  EXPECT_EQ(later.charges()[0].process_id, "49");
}

TEST_F(AccountTest, LosesNoChargeBehindALineThatWasCut) {
  std::ofstream(ledger_) << "{\"process_id\":\"cut";
  Account account = open(10);
  ASSERT_TRUE(account.charge({"a", "a.png", 3, 1000}));
  EXPECT_EQ(open(10).total(), 7);
}

}  // namespace
}  // namespace sharpen::server

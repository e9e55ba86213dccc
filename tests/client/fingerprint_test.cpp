#include "client/jobs/fingerprint.h"

#include <gtest/gtest.h>

#include <vector>

#include "image/picture.h"
#include "test_folder.h"

namespace sharpen {
namespace {

constexpr std::size_t date_at = 24, id_at = 84, description_at = 140;

class Fingerprint : public testing::Test {
 protected:
  /// Of a small picture whose profile has 1 at this byte.
  std::string of(std::size_t profile_byte, std::byte last_sample = std::byte{9}) {
    PictureInfo info;
    info.width = 5;
    info.height = 4;
    info.icc_profile.resize(200);
    constexpr std::string_view signature = "acsp";
    for (std::size_t i = 0; i < signature.size(); ++i)
      info.icc_profile.at(36 + i) = std::byte(signature[i]);
    info.icc_profile.at(3) = std::byte{200};
    info.icc_profile.at(profile_byte) = std::byte{1};
    std::vector<std::byte> pixels(info.bytes_per_row() * info.height, std::byte{77});
    pixels.back() = last_sample;
    const auto file = folder_.path() / std::to_string(++number_);
    auto writer = create_picture(file, FileFormat::png, info);
    EXPECT_TRUE(writer && (*writer)->write(pixels) && (*writer)->finish());
    const auto print = fingerprint_of(file, nullptr);
    EXPECT_TRUE(print) << print.error().text();
    return print.value_or("");
  }

  TestFolder folder_;
  int number_ = 0;
};

TEST_F(Fingerprint, LeavesOutWhenAProfileWasMade) {
  EXPECT_EQ(of(date_at).size(), 64u);
  EXPECT_EQ(of(date_at), of(date_at + 11));
  EXPECT_EQ(of(date_at), of(id_at));
  EXPECT_EQ(of(date_at), of(id_at + 15));
}

TEST_F(Fingerprint, CountsAllElse) {
  EXPECT_NE(of(date_at), of(description_at));
  EXPECT_NE(of(date_at), of(date_at - 1));
  EXPECT_NE(of(date_at), of(id_at - 1));
  EXPECT_NE(of(date_at), of(id_at + 16));
  EXPECT_NE(of(date_at), of(date_at, std::byte{8}));
}

TEST_F(Fingerprint, OfWhatIsNoPictureIsAnError) {
  EXPECT_FALSE(fingerprint_of(folder_.path() / "none", nullptr));
}

}  // namespace
}  // namespace sharpen

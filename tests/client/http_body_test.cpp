#include "client/http/http_body.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <memory>

#include "test_folder.h"

namespace sharpen {
namespace {

std::filesystem::path file_of(const TestFolder& folder, std::size_t size) {
  const auto path = folder.path() / "body";
  std::ofstream(path, std::ios::binary) << std::string(size, 'x');
  return path;
}

std::string read_all(const HttpBody& body) {
  const auto stream = body.open();
  std::string text;
  std::array<char, 7> buffer;  // an odd size, so that pieces end anywhere
  for (gssize count; (count = g_input_stream_read(stream.get(), buffer.data(), buffer.size(),
                                                  nullptr, nullptr)) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(count));
  return text;
}

TEST(HttpBody, IsItsPiecesInOrderWithAKnownLength) {
  const TestFolder folder;
  const auto file = folder.path() / "f";
  std::ofstream(file, std::ios::binary) << "file!";
  HttpBody body;
  body.add_text("<");
  ASSERT_TRUE(body.add_file(file));
  body.add_text("|");
  ASSERT_TRUE(body.add_file_as_base64(file));
  body.add_text(">");
  EXPECT_EQ(read_all(body), "<file!|ZmlsZSE=>");
  EXPECT_EQ(body.size(), 16u);
  EXPECT_FALSE(body.add_file(folder.path() / "missing"));
}

TEST(HttpBody, EncodesAFileOfAnyLength) {
  const TestFolder folder;
  for (const std::size_t size : {0, 1, 2, 3, 4, 49151, 49152, 49153, 200001}) {
    const auto file = file_of(folder, size);
    HttpBody body;
    ASSERT_TRUE(body.add_file_as_base64(file));
    const std::string text = read_all(body);
    EXPECT_EQ(text.size(), body.size()) << size;
    gsize length = 0;
    const std::unique_ptr<guchar, decltype(&g_free)> decoded(g_base64_decode(text.c_str(), &length),
                                                             g_free);
    EXPECT_EQ(std::string(reinterpret_cast<char*>(decoded.get()), length), std::string(size, 'x'));
  }
}

TEST(HttpBody, AFileThatShrinksIsAnError) {
  const TestFolder folder;
  const auto file = file_of(folder, 100);
  HttpBody body;
  ASSERT_TRUE(body.add_file(file));
  std::filesystem::resize_file(file, 10);
  EXPECT_LT(read_all(body).size(), body.size());
}

}  // namespace
}  // namespace sharpen

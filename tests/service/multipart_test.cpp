#include "service/http/multipart.h"

#include <gtest/gtest.h>

#include <vector>

namespace sharpen::server {
namespace {

struct Collected {
  FormPart part;
  std::string data;
};

class Collector final : public FormSink {
 public:
  std::vector<Collected> parts;
  bool open = false;
  Checked<void> begin_part(const FormPart& part) override {
    EXPECT_FALSE(open);
    open = true;
    parts.push_back({part, ""});
    return {};
  }
  Checked<void> part_data(std::string_view bytes) override {
    EXPECT_TRUE(open);
    parts.back().data += bytes;
    return {};
  }
  Checked<void> end_part() override {
    open = false;
    return {};
  }
};

bool parse(std::string_view body, std::size_t piece, Collector& into,
           std::string_view boundary = "B") {
  MultipartParser parser(boundary, into);
  for (std::size_t at = 0; at < body.size(); at += piece)
    if (!parser.feed(body.substr(at, piece))) return false;
  return parser.finish().has_value();
}

constexpr std::string_view two_parts =
    "preamble\r\n--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nLens Blur V2\r\n--B "
    "\t\r\n"
    "content-type: image/png\r\nCONTENT-DISPOSITION: Form-Data; Name=image; "
    "FileName=\"a \\\"b\\\";c.png\"\r\n\r\n\r\n--A-B\r\n-\r\n\r\n\r\n--B--\r\nepilogue";

TEST(Multipart, ReadsPiecesOfAnySize) {
  for (std::size_t piece = 1; piece <= two_parts.size(); ++piece) {
    Collector collector;
    ASSERT_TRUE(parse(two_parts, piece, collector)) << piece;
    ASSERT_EQ(collector.parts.size(), 2u) << piece;
    EXPECT_EQ(collector.parts[0].part.name, "model");
    EXPECT_FALSE(collector.parts[0].part.is_file);
    EXPECT_EQ(collector.parts[0].data, "Lens Blur V2");
    EXPECT_EQ(collector.parts[1].part.name, "image");
    EXPECT_TRUE(collector.parts[1].part.is_file);
    EXPECT_EQ(collector.parts[1].part.filename, "a \"b\";c.png");
    EXPECT_EQ(collector.parts[1].data, "\r\n--A-B\r\n-\r\n\r\n") << piece;
  }
}

TEST(Multipart, TakesABoundaryOnTheFirstLineAndAnEmptyPart) {
  Collector collector;
  ASSERT_TRUE(
      parse("--B\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--B--", 3, collector));
  ASSERT_EQ(collector.parts.size(), 1u);
  EXPECT_EQ(collector.parts[0].data, "");
}

TEST(Multipart, RefusesWhatIsMalformed) {
  const std::vector<std::string> table = {
      "",
      "no boundary at all",
      "--B\r\nContent-Disposition: form-data; name=a\r\n\r\ncut",
      "--B\r\nContent-Disposition: form-data; name=a\r\n\r\ncut\r\n--B",
      "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--",
      "--B\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nx\r\n--B--",
      "--B\r\nContent-Disposition: form-data; name=\"open\r\n\r\nx\r\n--B--",
      "--B\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--B--",
      "--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--",
      "--B\r\n\r\nx\r\n--B--",
      "--B\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--Bx\r\n--B--",
      "--B" + std::string(100, ' '),
      "--B\r\nX: " + std::string(MultipartParser::max_header_bytes + 10, 'x'),
  };
  for (const std::string& body : table) {
    Collector collector;
    EXPECT_FALSE(parse(body, 7, collector)) << body.substr(0, 80);
  }
}

TEST(Multipart, BoundsTheNumberOfParts) {
  std::string body;
  for (int i = 0; i <= MultipartParser::max_parts; ++i)
    body += "--B\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n";
  Collector collector;
  EXPECT_FALSE(parse(body + "--B--", 100, collector));
}

TEST(Multipart, FindsTheBoundary) {
  EXPECT_EQ(MultipartParser::boundary_of("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(MultipartParser::boundary_of("Multipart/Form-Data; charset=x; Boundary=\"a;b c\""),
            "a;b c");
  for (const char* none : {"", "multipart/form-data", "multipart/mixed; boundary=a",
                           "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a"})
    EXPECT_EQ(MultipartParser::boundary_of(none), "") << none;
  EXPECT_EQ(MultipartParser::boundary_of("multipart/form-data; boundary=" + std::string(71, 'x')),
            "");
}

}  // namespace
}  // namespace sharpen::server

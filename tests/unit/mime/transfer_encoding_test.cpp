#include "mime/transfer_encoding.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace std::string_literals;
using namespace tlsrpt::mime;

TEST_CASE("Content-Transfer-Encoding is read whatever stands around it") {
  for (const std::string_view value : {"base64", " Base64\r\n", "\"base64\"", "(c) base64 (d)", "base64;"}) {
    CAPTURE(value);
    CHECK(transfer_encoding(value) == TransferEncoding::kBase64);
  }
  CHECK(transfer_encoding(" Quoted-Printable ") == TransferEncoding::kQuotedPrintable);
  for (const std::string_view value : {"", "7bit", "8bit", "binary", "x-unknown", "base 64", "base64x"}) {
    CAPTURE(value);
    CHECK(transfer_encoding(value) == TransferEncoding::kIdentity);
  }
}

TEST_CASE("Base64 is read generously, and says so (mail-8)") {
  struct Row {
    std::string text;
    const char* bytes;
    bool mended;
  };
  const std::vector<Row> rows = {
      {"", "", false},
      {"YWJj", "abc", false},
      {"YWI=", "ab", false},
      {"YQ==", "a", false},
      {"YWJj\r\nZGVm\r\n", "abcdef", false},
      {" Y W\tJ\nj ", "abc", false},
      {"YWJjZ\r\nGVmZ2\r\nhp", "abcdefghi", false},  // lines that divide groups of four
      {"YQ=\r\n=\r\n", "a", false},
      {"YWI", "ab", true},  // no padding
      {"YQ", "a", true},
      {"YQ=", "a", true},
      {"YWJjZ", "abc", true},  // a digit too many
      {"YWJj=", "abc", true},  // padding where none belongs
      {"YWI==", "ab", true},
      {"YW*Jj", "abc", true},  // stray characters
      {"YWJj*ZGVm", "abcdef", true},
      {"YWJj\xC3\xBC", "abc", true},
      {"YWI=\r\n-- \r\nfooter", "ab", true},  // something after the padding
      {"YWI=YWJj", "ab", true},
      {"====", "", true},
      {"!", "", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Decoded decoded = decode(row.text, TransferEncoding::kBase64);
    CHECK(decoded.bytes == row.bytes);
    CHECK(decoded.mended == row.mended);
  }
}

TEST_CASE("Base64 keeps every byte") {
  CHECK(decode("AAECA/+AfwA=", TransferEncoding::kBase64).bytes == std::string("\0\1\2\3\xFF\x80\x7F\0", 8));
}

TEST_CASE("Every digit of base64 has its value, in a whole group and in a divided one") {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string bytes =
      "\x00\x10\x83\x10\x51\x87\x20\x92\x8B\x30\xD3\x8F\x41\x14\x93\x51\x55\x97\x61\x96\x9B\x71\xD7\x9F"
      "\x82\x18\xA3\x92\x59\xA7\xA2\x9A\xAB\xB2\xDB\xAF\xC3\x1C\xB3\xD3\x5D\xB7\xE3\x9E\xBB\xF3\xDF\xBF"s;
  CHECK(decode(digits, TransferEncoding::kBase64).bytes == bytes);
  std::string divided;
  for (const char digit : digits) divided.append(1, digit).append(1, '\n');
  CHECK(decode(divided, TransferEncoding::kBase64).bytes == bytes);
}

TEST_CASE("Quoted-printable is read as by RFC 2045 section 6.7") {
  struct Row {
    std::string text;
    const char* bytes;
  };
  const std::vector<Row> rows = {
      {"", ""},           {"a=3Db", "a=b"},         {"a=3db=7B", "a=b{"},
      {"a=\r\nb", "ab"},  {"a=\nb", "ab"},          {"a= \t\r\nb", "ab"},  // white space after a soft line break
      {"a=", "a"},        {"a \t\r\nb", "a\r\nb"},                         // white space that was added on the way
      {"a \nb ", "a\nb"}, {"a=20\r\nb", "a \r\nb"}, {"a\r\n\r\nb\n", "a\r\n\r\nb\n"},
      {"a\rb", "a\rb"},   {"=C3=BC", "\xC3\xBC"},   {"\xC3\xBC", "\xC3\xBC"},
      {"a=xyz", "a=xyz"},  // no escape
      {"a=4", "a=4"},     {"==41", "=A"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(decode(row.text, TransferEncoding::kQuotedPrintable).bytes == row.bytes);
  }
}

TEST_CASE("Any other encoding leaves the bytes alone") {
  const Decoded decoded = decode("YWI=3D\r\n", TransferEncoding::kIdentity);
  CHECK(decoded.bytes == "YWI=3D\r\n");
  CHECK_FALSE(decoded.mended);
}

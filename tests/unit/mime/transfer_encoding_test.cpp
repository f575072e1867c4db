#include "mime/transfer_encoding.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

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
      {"YQ=\r\n=\r\n", "a", false},
      {"YWI", "ab", true},  // no padding
      {"YQ", "a", true},
      {"YQ=", "a", true},
      {"YWJjZ", "abc", true},  // a digit too many
      {"YWJj=", "abc", true},  // padding where none belongs
      {"YWI==", "ab", true},
      {"YW*Jj", "abc", true},  // stray characters
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

#include "db/text.hpp"

#include <doctest/doctest.h>

#include "db/error.hpp"

using namespace std::string_literals;

namespace tlsrpt::db {

TEST_CASE("text that a column takes is left alone") {
  CHECK(storable_text("a\tb\\N 'q' \"d\" \xF0\x9F\x93\xA7") == "a\tb\\N 'q' \"d\" \xF0\x9F\x93\xA7");
  CHECK(storable_text("") == "");
  CHECK(storable_optional(std::nullopt) == std::nullopt);
}

TEST_CASE("NUL and bytes that are not UTF-8 become U+FFFD") {
  CHECK(storable_text("a\0b"s) ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(storable_text("caf\xE9") == "caf\xEF\xBF\xBD");
  CHECK(storable_optional("\xFFx"s) == "\xEF\xBF\xBDx");
}

TEST_CASE("a text is mended wherever in it the fault is") {
  for (std::size_t length = 1; length < 24; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      std::string text(length, 'x');
      CHECK(storable_text(text) == text);
      text[place] = '\x7F';
      CHECK(storable_text(text) == text);
      for (const char fault : {'\0', '\x80', '\xFF'}) {
        CAPTURE(length);
        CAPTURE(place);
        text[place] = fault;
        CHECK(storable_text(text) == std::string(place, 'x') + "\xEF\xBF\xBD" + std::string(length - place - 1, 'x'));
      }
    }
  }
}

TEST_CASE("array elements are quoted, with quotes and backslashes escaped") {
  CHECK(array_text(std::vector<std::string>{}) == "{}");
  CHECK(array_text(std::vector<std::string>{"a", "", "NULL", "{x,y}"}) == R"({"a","","NULL","{x,y}"})");
  CHECK(array_text(std::vector<std::string>{R"(a"b\c)"}) == R"({"a\"b\\c"})");
  CHECK(array_text(std::vector<std::string>{"a\0b"s}) ==
        "{\"a\xEF\xBF\xBD"
        "b\"}");
}

TEST_CASE("integers make an array") {
  CHECK(array_text(std::vector<std::int64_t>{}) == "{}");
  CHECK(array_text(std::vector<std::int64_t>{1, -2, INT64_MAX}) == "{1,-2,9223372036854775807}");
}

TEST_CASE("bytes go to hexadecimal and back") {
  std::string text;
  append_bytea(text, "\0\x7F\xFF"s);
  CHECK(text == R"(\x007fff)");
  CHECK(bytes_from_bytea(text) == "\0\x7F\xFF"s);
  CHECK(bytes_from_bytea(R"(\x)") == "");
  std::string bytes;
  std::string expected = "before";
  for (int byte = 0; byte < 256; ++byte) {
    bytes += static_cast<char>(byte);
    expected += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
    std::string digits = "before";
    append_hex(digits, bytes);
    CHECK(digits == expected);
    CHECK(bytes_from_bytea("\\x" + digits.substr(6)) == bytes);
  }

  parser::Digest digest{};
  digest.front() = 0xAB;
  digest.back() = 0x01;
  CHECK(digest_from_bytea(bytea_text(digest)) == digest);
}

TEST_CASE("a UID of 63 bits is taken, and one more is refused") {
  CHECK(uid_to_sql(9223372036854775807ULL) == INT64_MAX);
  CHECK_THROWS_WITH_AS((void)uid_to_sql(9223372036854775808ULL), "UID 9223372036854775808 is beyond 63 bits", Error);
}

TEST_CASE("a UIDVALIDITY keeps all its 64 bits") {
  CHECK(uid_validity_to_sql(UINT64_MAX) == -1);
  CHECK(uid_validity_to_sql(1) == 1);
}

TEST_CASE("an array of integers is read back, the least and the greatest, too") {
  const std::vector<std::int64_t> integers = {3, 0, -1, INT64_MAX, INT64_MIN};
  CHECK(integers_from_array(array_text(integers)) == integers);
  CHECK_THROWS_AS(static_cast<void>(integers_from_array("{1,NULL}")), Error);
}

}  // namespace tlsrpt::db

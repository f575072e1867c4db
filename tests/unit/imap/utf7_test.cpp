#include "collector/imap/utf7.hpp"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace tlsrpt::imap;

TEST_CASE("RFC 3501 §5.1.3: names become modified UTF-7 and back") {
  const struct {
    std::string utf8, utf7;
  } cases[] = {
      {"INBOX", "INBOX"},
      {"", ""},
      {"a&b", "a&-b"},
      {"&", "&-"},
      {"~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
      {"Entwürfe", "Entw&APw-rfe"},
      {"é", "&AOk-"},
      {"éé", "&AOkA6Q-"},
      {"ééé", "&AOkA6QDp-"},
      {"日&本", "&ZeU-&-&Zyw-"},
      {"\xF0\x9F\x93\xA7 mail", "&2D3c5w- mail"},
      {"tab\there", "tab&AAk-here"},
      {"\"quoted\" \\ %*", "\"quoted\" \\ %*"},
      {"line\r\nbreak", "line&AA0ACg-break"},
  };
  for (const auto& name : cases) {
    CAPTURE(name.utf8);
    CHECK(to_utf7(name.utf8) == name.utf7);
    CHECK(from_utf7(name.utf7) == name.utf8);
  }
}

TEST_CASE("Every character of the basic plane, and some beyond, survive the way there and back") {
  for (char32_t c = 1; c < 0x11000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string utf8;
    if (c < 0x80) {
      utf8 = {static_cast<char>(c)};
    } else if (c < 0x800) {
      utf8 = {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3F))};
    } else if (c < 0x10000) {
      utf8 = {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 0x3F)),
              static_cast<char>(0x80 | (c & 0x3F))};
    } else {
      utf8 = {static_cast<char>(0xF0 | (c >> 18)), static_cast<char>(0x80 | ((c >> 12) & 0x3F)),
              static_cast<char>(0x80 | ((c >> 6) & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
    }
    const std::string name = fmt::format("a{0}{0}b", utf8);
    REQUIRE(from_utf7(to_utf7(name)) == name);
  }
}

TEST_CASE("What is sent is printable ASCII, whatever came in") {
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
  for (const char c : to_utf7(every_byte)) {
    CHECK(c >= ' ');
    CHECK(c <= '~');
  }
}

TEST_CASE("Bytes that are not UTF-8 become U+FFFD") {
  CHECK(to_utf7("a\xFF") == "a&,,0-");
}

TEST_CASE("What is no modified UTF-7 is none") {
  // In turn: no end, bytes beyond ASCII, a digit that is none, half a unit, surrogates alone, bits left over.
  for (const std::string text :
       {"&", "a&AOk", "\xC3\xA9", "a\tb", "&AO/-", "&A-", "&2D0-", "&3Oc-", "&2D3YPQ-", "&AOl-"}) {
    CAPTURE(text);
    CHECK_FALSE(from_utf7(text));
  }
}

#include "collector/escape.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using tlsrpt::collector::csv_field;
using tlsrpt::collector::printable;

namespace {

struct Row {
  std::string text;
  std::string shown;
};

}  // namespace

TEST_CASE("text from strangers is shown with nothing in it that a terminal would obey") {
  const std::vector<Row> rows = {
      {"", ""},
      {"plain text, \"quoted\" \\ back", "plain text, \"quoted\" \\ back"},
      {"Zürich, 東京, 🚀", "Zürich, 東京, 🚀"},
      {std::string("a\0b", 3), "a\\x00b"},
      {"two\r\nlines\tand tab", "two\\x0d\\x0alines\\x09and tab"},
      {"\x1b[31mred\x07", "\\x1b[31mred\\x07"},
      {"\x7f", "\\x7f"},
      {"\u0080\u0085\u009b", "\\u{0080}\\u{0085}\\u{009b}"},
      {"\u00ad", "\\u{00ad}"},
      {"\u061c\u180e", "\\u{061c}\\u{180e}"},
      {"\u200b\u200c\u200d\u200e\u200f", "\\u{200b}\\u{200c}\\u{200d}\\u{200e}\\u{200f}"},
      {"\u2010\u2027", "\u2010\u2027"},
      {"\u2028\u2029", "\\u{2028}\\u{2029}"},
      {"\u202a\u202b\u202c\u202d\u202e", "\\u{202a}\\u{202b}\\u{202c}\\u{202d}\\u{202e}"},
      {"\u202f", "\u202f"},
      {"\u2060\u2066\u2067\u2068\u2069\u206f", "\\u{2060}\\u{2066}\\u{2067}\\u{2068}\\u{2069}\\u{206f}"},
      {"\ufeff", "\\u{feff}"},
      {"\U000E0041", "\\u{e0041}"},
      {"\xff", "\\xff"},
      {"\xc3", "\\xc3"},
      {"\xc3(", "\\xc3("},
      {"\xe2\x82", "\\xe2\\x82"},
      {"\xc0\xaf", "\\xc0\\xaf"},                    // overlong
      {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},           // overlong
      {"\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf"},  // overlong
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // a surrogate
      {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},      // U+10FFFF
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // beyond
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(printable(row.text) == row.shown);
    CHECK(printable(printable(row.text)) == row.shown);
  }
}

TEST_CASE("shown text is cut at the bound, between characters, with an ellipsis inside the bound") {
  CHECK(printable("12345678", 8) == "12345678");
  CHECK(printable("123456789", 8) == "12345…");
  CHECK(printable("1234ü789", 8) == "1234…");
  CHECK(printable("123ü6789", 8) == "123ü…");
  CHECK(printable("1234\n678", 8) == "1234…");
  CHECK(printable(std::string(3000, 'x')).size() == 2048);
  CHECK(printable(std::string(2048, 'x')) == std::string(2048, 'x'));
}

TEST_CASE("a CSV field is quoted where needed, and never begins a formula") {
  const std::vector<Row> rows = {
      {"", ""},
      {"plain text", "plain text"},
      {"a,b", "\"a,b\""},
      {"a;b", "\"a;b\""},
      {"say \"no\"", "\"say \"\"no\"\"\""},
      {"=HYPERLINK(\"http://x\",1)", "\"'=HYPERLINK(\"\"http://x\"\",1)\""},
      {"+1", "'+1"},
      {"-1", "'-1"},
      {"@x", "'@x"},
      {"  =x", "'  =x"},
      {"＝x", "'＝x"},
      {"＋x", "'＋x"},
      {"－x", "'－x"},
      {"＠x", "'＠x"},
      {"\t=x", "\\x09=x"},
      {"\r=x", "\\x0d=x"},
      {"two\nlines", "two\\x0alines"},
      {"a=b", "a=b"},
      {"   ", "   "},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(csv_field(row.text) == row.shown);
  }
  CHECK(csv_field(std::string(5000, 'x')).size() == 5000);
}

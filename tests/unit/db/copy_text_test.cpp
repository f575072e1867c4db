#include "db/copy_text.hpp"

#include <doctest/doctest.h>

using namespace std::string_literals;

namespace tlsrpt::db {
namespace {

std::string text_field(std::string_view value) {
  CopyText row;
  return row.text(value).lines();
}

}  // namespace

TEST_CASE("a row's fields stand in their order, with tabs between them and LF after the last") {
  CopyText rows;
  rows.integer(-7).null().text(std::string_view{""}).bytes("\x01\xFF").now().end_row();
  rows.array(std::vector<std::string>{"a", "b \"c\""}).time(parser::Time{}).fields("x\t\\N").end_row();
  CHECK(rows.lines() ==
        "-7\t\\N\t\t\\\\x01ff\tnow\n"
        "{\"a\",\"b \\\\\"c\\\\\"\"}\t1970-01-01T00:00:00Z\tx\t\\N\n");
}

TEST_CASE("what COPY would take for something else is escaped wherever it stands") {
  for (std::size_t length = 1; length < 24; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      CAPTURE(length);
      CAPTURE(place);
      std::string text(length, 'x');
      CHECK(text_field(text) == text);
      const auto with = [&](std::string_view other) {
        return std::string(place, 'x').append(other).append(length - place - 1, 'x');
      };
      CHECK(text_field(with("\\")) == with("\\\\"));
      CHECK(text_field(with("\t")) == with("\\t"));
      CHECK(text_field(with("\n")) == with("\\n"));
      CHECK(text_field(with("\r")) == with("\\r"));
      CHECK(text_field(with("\x1F")) == with("\x1F"));
      CHECK(text_field(with("\x7F")) == with("\x7F"));
      CHECK(text_field(with("\xC3\xA9")) == with("\xC3\xA9"));
      CHECK(text_field(with("\0"s)) == with("\xEF\xBF\xBD"));
      CHECK(text_field(with("\xFF")) == with("\xEF\xBF\xBD"));
    }
  }
}

TEST_CASE("backslashes, quotes and tabs in an array's elements are those of the element") {
  CopyText row;
  CHECK(row.array(std::vector<std::string>{"\\", "\"", "\t", ""}).lines() == "{\"\\\\\\\\\",\"\\\\\"\",\"\\t\",\"\"}");
  CHECK(CopyText{}.array({}).lines() == "{}");
}

}  // namespace tlsrpt::db

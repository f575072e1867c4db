#include "collector/imap/token_cursor.hpp"

#include <string>

#include <doctest/doctest.h>

#include "reading.hpp"

using namespace tlsrpt::imap;
using namespace tlsrpt::imap::test;

namespace {

Response response_of(std::string text) {
  return {.text = std::move(text), .literals = {}};
}

std::string lists(int depth) {
  return std::string(static_cast<std::size_t>(depth), '(') + std::string(static_cast<std::size_t>(depth), ')');
}

void skip_all(const std::string& text) {
  Response response = response_of(text);
  TokenCursor cursor(response);
  cursor.skip_value();
  CHECK(cursor.at_end());
}

}  // namespace

TEST_CASE("Numbers are read up to 64 bits") {
  Response response = response_of("18446744073709551615 18446744073709551616");
  TokenCursor cursor(response);
  CHECK(cursor.number() == 18446744073709551615u);
  CHECK(cursor.take(' '));
  CHECK_THROWS_AS((void)cursor.number(), SyntaxError);
}

TEST_CASE("What begins with no digit is no number") {
  for (const std::string text : {"", "-1", "+1", " 1", "x"}) {
    Response response = response_of(text);
    CHECK_THROWS_AS((void)TokenCursor(response).number(), SyntaxError);
  }
}

TEST_CASE("Atoms end where RFC 9051 says") {
  for (const std::string text : {"UID 5", "UID(", "UID)", "UID\"", "UID{", "UID\r", "UID\x7f", "UID"}) {
    Response response = response_of(text);
    CHECK(TokenCursor(response).atom() == "UID");
  }
  Response response = response_of(" UID");
  CHECK_THROWS_AS((void)TokenCursor(response).atom(), SyntaxError);
}

TEST_CASE("An item's name keeps its section and its offset") {
  for (const std::string name :
       {"UID", "BODY[]", "BODY[NULL]", "BODY[1.2.MIME]<0>", "RFC822.SIZE", "BODY[HEADER.FIELDS (DATE \"FROM\")]<10>"}) {
    Response response = response_of(name + " 5");
    CHECK(TokenCursor(response).item_name() == name);
  }
  for (const std::string text : {"", "(", "BODY[", "BODY[1\r\n]"}) {
    Response response = response_of(text);
    CHECK_THROWS_AS((void)TokenCursor(response).item_name(), SyntaxError);
  }
}

TEST_CASE("A string may be quoted, a literal or an atom, and NIL is none") {
  Response response = read_one("* X \"a \\\"b\\\\ (\" {4}\r\nc\r\n) ~{1}\r\nd e NIL nil \"NIL\" \"\"\r\n");
  TokenCursor cursor(response);
  cursor.skip(4);
  const auto next = [&] {
    auto string = cursor.nstring();
    cursor.take(' ');
    return string ? string->bytes : "(nil)";
  };
  CHECK(next() == "a \"b\\ (");
  CHECK(next() == "c\r\n)");
  CHECK(next() == "d");
  CHECK(next() == "e");
  CHECK(next() == "(nil)");
  CHECK(next() == "(nil)");
  CHECK(next() == "NIL");
  CHECK(next().empty());
  CHECK(cursor.at_end());
}

TEST_CASE("A quoted string that does not end is an error") {
  for (const std::string text : {"\"abc", "\"abc\\\"", "\"", "\"\\"}) {
    Response response = response_of(text);
    CHECK_THROWS_AS((void)TokenCursor(response).nstring(), SyntaxError);
  }
}

TEST_CASE("A literal's header in the middle of a line is an error") {
  for (const std::string text : {"{5}", "{5} abc", "{5}x\r\n", "{}\r\n", "~{3"}) {
    Response response = response_of(text);
    CHECK_THROWS_AS(TokenCursor(response).skip_value(), SyntaxError);
  }
}

TEST_CASE("Values of every form are passed over") {
  for (const std::string text :
       {"NIL", "5", "\\Seen", "\"a b\"", "()", "(a)", "(a b (c \"d )\") () NIL)", "((a)(b))"}) {
    CAPTURE(text);
    skip_all(text);
  }
  Response response = read_one("* X (a {3}\r\n)))((b))) c\r\n");
  TokenCursor cursor(response);
  cursor.skip(4);
  cursor.skip_value();
  CHECK(cursor.rest() == " c");
}

TEST_CASE("Lists may be nested as deep as the bound, and not one deeper") {
  skip_all(lists(TokenCursor::kMostDepth));
  Response response = response_of(lists(TokenCursor::kMostDepth + 1));
  CHECK_THROWS_AS(TokenCursor(response).skip_value(), SyntaxError);
}

TEST_CASE("A million opening brackets are an error, and no crash") {
  Response response = response_of(std::string(1'000'000, '('));
  CHECK_THROWS_AS(TokenCursor(response).skip_value(), SyntaxError);
}

TEST_CASE("Lists that do not end, or end too often, are errors") {
  for (const std::string text : {"(", "(a", "(a (b)", ")", ""}) {
    Response response = response_of(text);
    CHECK_THROWS_AS(TokenCursor(response).skip_value(), SyntaxError);
  }
}

#include "collector/imap/fetch_item.hpp"

#include <string>

#include <doctest/doctest.h>

#include "reading.hpp"

using namespace tlsrpt::imap;
using namespace tlsrpt::imap::test;

namespace {

FetchItem item_of(const std::string& list) {
  Response response = read_one("* 1 FETCH " + list + "\r\n");
  TokenCursor data(response);
  data.skip(std::string_view("* 1 FETCH ").size());
  return read_fetch_item(data);
}

}  // namespace

TEST_CASE("A FETCH item's parts are read in any order, among others") {
  const FetchItem item = item_of(
      "(FLAGS (\\Seen $X) BODY[] {5}\r\nab)\r\n RFC822.SIZE 7 ENVELOPE (NIL ((\"a\" NIL)) \"b\") "
      "INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" MODSEQ (12) UID 4294967296)");
  CHECK(item.uid == 4294967296u);
  CHECK(item.size == 7);
  CHECK(item.internal_date == 837596665);
  REQUIRE(item.body);
  CHECK(item.body->bytes == "ab)\r\n");
}

TEST_CASE("What is not there is none") {
  const FetchItem item = item_of("(FLAGS ())");
  CHECK_FALSE(item.uid);
  CHECK_FALSE(item.size);
  CHECK_FALSE(item.internal_date);
  CHECK_FALSE(item.body);
  CHECK_FALSE(item_of("()").uid);
}

TEST_CASE("imap-8: a body comes under any name, as literal or quoted string") {
  CHECK(item_of("(BODY[] \"quoted\")").body->bytes == "quoted");
  CHECK(item_of("(BODY[NULL] {3}\r\nabc)").body->bytes == "abc");
  CHECK(item_of("(BODY[]<0> {3}\r\nabc)").body->bytes == "abc");
  CHECK(item_of("(body[] {3}\r\nabc)").body->bytes == "abc");
  CHECK(item_of("(RFC822 {3}\r\nabc)").body->bytes == "abc");
  CHECK(item_of("(BODY[] \"\")").body->bytes.empty());
}

TEST_CASE("A body that is NIL is none") {
  CHECK_FALSE(item_of("(UID 5 BODY[] NIL)").body);
}

TEST_CASE("A date that is none leaves the rest") {
  const FetchItem item = item_of("(UID 5 INTERNALDATE \"yesterday\" RFC822.SIZE 3)");
  CHECK_FALSE(item.internal_date);
  CHECK(item.size == 3);
  CHECK_FALSE(item_of("(INTERNALDATE NIL)").internal_date);
}

TEST_CASE("What is no list of names and values is an error") {
  for (const std::string text : {"", "UID 5", "(UID 5", "(UID)", "(UID x)", "(UID 18446744073709551616)", "(BODY[] ())",
                                 "(RFC822.SIZE NIL)", "(X (a)"}) {
    CAPTURE(text);
    CHECK_THROWS_AS((void)item_of(text), SyntaxError);
  }
}

#include <doctest/doctest.h>

#include "collector/imap/internal_date.hpp"

using tlsrpt::imap::parse_internal_date;

TEST_CASE("An INTERNALDATE is read with its zone") {
  CHECK(parse_internal_date("17-Jul-1996 02:44:25 -0700") == 837596665);
  CHECK(parse_internal_date("17-Jul-1996 09:44:25 +0000") == 837596665);
  CHECK(parse_internal_date("17-Jul-1996 15:14:25 +0530") == 837596665);
  CHECK(parse_internal_date("01-Jan-1970 00:00:00 +0000") == 0);
  CHECK(parse_internal_date("29-Feb-2024 23:59:59 +0000") == 1709251199);
  CHECK(parse_internal_date("31-DEC-9999 23:59:59 +0000") == 253402300799);
}

TEST_CASE("A day of one digit has a space before it") {
  CHECK(parse_internal_date(" 7-Feb-1994 21:52:25 -0800") == 760686745);
  CHECK(parse_internal_date("07-Feb-1994 21:52:25 -0800") == 760686745);
}

TEST_CASE("What is no date is none") {
  for (const auto* text :
       {"", "yesterday", "30-Feb-2024 00:00:00 +0000", "00-Jan-2024 00:00:00 +0000", "01-Foo-2024 00:00:00 +0000",
        "01-Jan-2024 24:00:00 +0000", "01-Jan-2024 00:60:00 +0000", "01-Jan-2024 00:00:00 0000", "01-Jan-2024 00:00:00",
        "01-Jan-2024 00:00:00 +0000 ", "1-Jan-2024 00:00:00 +0000", "aa-Jan-2024 00:00:00 +0000",
        "01-Jan--024 00:00:00 +0000", "01-Jan-2024 00:00:00 +00x0"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_internal_date(text));
  }
}

#include "mime/date.hpp"

#include <vector>

#include <doctest/doctest.h>

using tlsrpt::mime::parse_date;

TEST_CASE("Dates are read in the forms of RFC 5322, its obsolete ones, and those of careless senders (mail-36)") {
  struct Row {
    std::string text;
    std::int64_t seconds;
  };
  const std::vector<Row> rows = {
      {"Wed, 04 Sep 2024 03:53:20 -0700", 1725447200},
      {"4 Sep 2024 03:53:20 -0700", 1725447200},
      {"Mon, 04 Sep 2024 03:53:20 -0700", 1725447200},  // it was a Wednesday
      {"Wednesday, 4 September 2024 03:53:20 -0700", 1725447200},
      {" Wed,\r\n 04 Sep\r\n\t2024 03:53:20 -0700 (PDT)\r\n", 1725447200},
      {"Wed (day), 04 (of) Sep 2024 (at) 03:53:20 -0700", 1725447200},
      {"wed, 04 SEP 24 03:53:20 pdt", 1725447200},
      {"04 Sep 124 03:53:20 PDT", 1725447200},
      {"Wed, 04 Sep 2024 03:53:20 -0700 PDT", 1725447200},
      {"Wed, 04 Sep 2024 10:53:20 GMT", 1725447200},
      {"Wed, 04 Sep 2024 10:53:20 UT", 1725447200},
      {"Wed, 04 Sep 2024 10:53:20 Z", 1725447200},
      {"Wed, 04 Sep 2024 10:53:20 -0000", 1725447200},
      {"Wed, 04 Sep 2024 10:53:20 A", 1725447200},
      {"Wed, 04 Sep 2024 10:53:20", 1725447200},
      {"Wed, 04 Sep 2024 16:23:20 +0530", 1725447200},
      {"Wed, 04 Sep 2024 06:53:20 EDT", 1725447200},
      {"Wed, 04 Sep 2024 05:53:20 EST", 1725447200},
      {"04 Sep 2024 10:53 +0000", 1725447180},
      {"Fri, May 09 2017 16:54:30 -0800", 1494377670},  // RFC 8460's own example
      {"Fri May  9 16:54:30 2017", 1494348870},
      {"01 Jan 70 00:00:00 +0000", 0},
      {"31 Dec 49 23:59:59 +0000", 2524607999},
      {"01 Jan 50 00:00:00 +0000", -631152000},
      {"29 Feb 2024 00:00:00 +0000", 1709164800},
      {"31 Dec 2016 23:59:60 +0000", 1483228800},
      {"31 Dec 9999 23:59:59 +0000", 253402300799},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto time = parse_date(row.text);
    REQUIRE(time);
    CHECK(time->time_since_epoch().count() == row.seconds);
  }
}

TEST_CASE("What is no date is none") {
  for (const std::string_view text : {"",
                                      "yesterday",
                                      "()",
                                      "Wed, 04 Sep 2024",
                                      "04 Sep 03:53:20 +0000",
                                      "Sep 2024 03:53:20",
                                      "04 2024 03:53:20 +0000",
                                      "30 Feb 2024 00:00:00 +0000",
                                      "29 Feb 2023 00:00:00 +0000",
                                      "00 Jan 2024 00:00:00 +0000",
                                      "32 Jan 2024 00:00:00 +0000",
                                      "01 Jan 2024 24:00:00 +0000",
                                      "01 Jan 2024 00:60:00 +0000",
                                      "01 Jan 2024 00:00:61 +0000",
                                      "01 Jan 1899 00:00:00 +0000",
                                      "01 Jan 10000 00:00:00 +0000",
                                      "01 Jan 99999999999999999999 00:00:00 +0000",
                                      "01 Jan 2024 00:00:00 +0060",
                                      "01 Jan 2024 00:00:00 +99999",
                                      "01 Jan 2024 -1:00:00 +0000",
                                      "01 Jan 2024 0:-1 +0000",
                                      "01 Jan 2024 :",
                                      "01 Jan 2024 00:00:00 \"",
                                      "1a Jan 2024 00:00"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_date(text));
  }
}

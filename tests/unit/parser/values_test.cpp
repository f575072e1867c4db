#include <string>

#include <doctest/doctest.h>

#include "parser/count.hpp"
#include "parser/domain.hpp"
#include "parser/json.hpp"
#include "parser/time.hpp"

namespace tlsrpt::parser::test {
namespace {

std::string time_read(std::string_view text) {
  const std::optional<ReadTime> read = read_time(text);
  return read ? format_time(read->time) : "none";
}

}  // namespace

TEST_CASE("domains are normalised, and normalised ones are left alone") {
  struct Row {
    const char* sent;
    const char* read;
  };
  for (const Row& row : {Row{"", ""}, Row{".", ""}, Row{" \t", ""}, Row{"a.example", "a.example"},
                         Row{" A.Example. ", "a.example"}, Row{"a.example...", "a.example"},
                         Row{"*.A.example", "*.a.example"}, Row{"_mta-sts.a.example", "_mta-sts.a.example"},
                         Row{"*.b\xC3\x9C"
                             "cher.example",
                             "*.xn--bcher-kva.example"},
                         Row{"stra\xC3\x9F"
                             "e.example",
                             "xn--strae-oqa.example"},
                         Row{"\xFF.Example", "\xFF.example"}, Row{"192.0.2.1", "192.0.2.1"}}) {
    CAPTURE(row.sent);
    CHECK(normalize_domain(row.sent) == row.read);
    CHECK(normalize_domain(row.read) == row.read);
  }
  const std::string long_name = std::string(70'000, 'A') + "\xC3\xA4";
  CHECK(normalize_domain(long_name) == std::string(70'000, 'a') + "\xC3\xA4");
}

TEST_CASE("a domain is equal to or below another by whole labels") {
  CHECK(equal_or_below("a.example", "a.example"));
  CHECK(equal_or_below("mx.a.example", "a.example"));
  CHECK_FALSE(equal_or_below("xa.example", "a.example"));
  CHECK_FALSE(equal_or_below("example", "a.example"));
  CHECK_FALSE(equal_or_below("a.example", ""));
  CHECK_FALSE(equal_or_below("", ""));
}

TEST_CASE("times in every form that has one reading") {
  CHECK(time_read("2024-02-29T12:34:56Z") == "2024-02-29T12:34:56Z");
  CHECK(time_read(" 2024-02-29T12:34:56Z\n") == "2024-02-29T12:34:56Z");
  CHECK(time_read("2024-02-29T12:34Z") == "2024-02-29T12:34:00Z");
  CHECK(time_read("2024-02-29T12:34:56+0130") == "2024-02-29T11:04:56Z");
  CHECK(time_read("2024-02-29 12:34:56 +0000") == "2024-02-29T12:34:56Z");
  CHECK(time_read("2024-02-29 12:34:56 UTC") == "2024-02-29T12:34:56Z");
  CHECK(time_read("2024-02-29T12:34:56,5Z") == "2024-02-29T12:34:56Z");
  CHECK(time_read("2024-02-29T24:00:00Z") == "2024-03-01T00:00:00Z");
  CHECK(time_read("2016-12-31T23:59:60Z") == "2016-12-31T23:59:59Z");
  CHECK(time_read("0001-01-01T00:00:00Z") == "0001-01-01T00:00:00Z");
  CHECK(time_read("9999-12-31T23:59:59Z") == "9999-12-31T23:59:59Z");
  CHECK(time_read("2024-02-29T12:34:56-00:00") == "2024-02-29T12:34:56Z");
}

TEST_CASE("texts that are no times") {
  for (const char* const text : {"",
                                 "2024",
                                 "2024-02",
                                 "2023-02-29",
                                 "2024-00-01",
                                 "2024-01-00",
                                 "24-01-01",
                                 "2024-1-1",
                                 "2024-02-29T",
                                 "2024-02-29T12",
                                 "2024-02-29T12:",
                                 "2024-02-29T12:34:5",
                                 "2024-02-29T25:00:00Z",
                                 "2024-02-29T24:00:01Z",
                                 "2024-02-29T12:60:00Z",
                                 "2024-02-29T12:34:61Z",
                                 "2024-02-29T12:34:56.Z",
                                 "2024-02-29T12:34:56X",
                                 "2024-02-29T12:34:56+24:00",
                                 "2024-02-29T12:34:56+01:60",
                                 "2024-02-29T12:34:56+01:",
                                 "2024-02-29 12:34:56+",
                                 "2024-02-29T12:34:56ZZ",
                                 "2024-02-29_12:34:56Z",
                                 "2024/02/29",
                                 "-024-02-29",
                                 "0000-12-31T23:59:59Z",
                                 "9999-12-31T24:00:00Z",
                                 "Thu, 29 Feb 2024 12:34:56 +0000"}) {
    CAPTURE(text);
    CHECK(time_read(text) == "none");
  }
}

TEST_CASE("counts are exact, whatever their form") {
  CHECK(read_count("9007199254740993.0")->value == 9007199254740993);
  CHECK(read_count("9223372036854775.807e3")->value == 9223372036854775807);
  CHECK(read_count("100e-2")->value == 1);
  CHECK(read_count("150e-2")->value == 1);
  CHECK(read_count("150e-2")->fraction);
  CHECK_FALSE(read_count("100e-2")->fraction);
  CHECK(read_count("0e999999999999999999999")->value == 0);
  CHECK_FALSE(read_count("0e999999999999999999999")->clamped);
  CHECK(read_count("1e-999999999999")->value == 0);
  CHECK(read_count("1e-999999999999")->fraction);
  CHECK(read_count("000000000000000000000000000042")->value == 42);
  CHECK(read_count("9223372036854775808")->clamped);
  CHECK(read_count("-0.0")->value == 0);
  CHECK_FALSE(read_count("-0.0")->negative);
  CHECK(read_count("-0.5")->negative);
  for (const char* const text : {"", "-", "+1", "1.", ".5", "1e", "1e+", "0x10", "1 2", "1,000", "NaN", "--1"}) {
    CAPTURE(text);
    CHECK_FALSE(read_count(text).has_value());
  }
}

}  // namespace tlsrpt::parser::test

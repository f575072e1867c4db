#include "collector/units.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using tlsrpt::collector::parse_date;
using tlsrpt::collector::parse_duration;
using tlsrpt::collector::parse_size;

TEST_CASE("sizes are read with binary and decimal units, up to what 64 bits hold") {
  const std::vector<std::pair<std::string, std::uint64_t>> rows = {
      {"0", 0},
      {"4096", 4096},
      {"1B", 1},
      {"256KiB", 262'144},
      {"20MiB", 20'971'520},
      {"1GiB", 1'073'741'824},
      {"2TiB", 2'199'023'255'552},
      {"3kB", 3'000},
      {"3MB", 3'000'000},
      {"3GB", 3'000'000'000},
      {"3TB", 3'000'000'000'000},
      {"18446744073709551615", 18'446'744'073'709'551'615u},
      {"16777215TiB", 18'446'742'974'197'923'840u},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    CHECK(parse_size(row.first) == row.second);
  }
  for (const char* text : {"", "MiB", "-1", "+1", "1.5MiB", " 1", "1 ", "1 MiB", "1mib", "1KB", "1M", "0x10",
                           "18446744073709551616", "16777216TiB", "1MiBx"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_size(text).has_value());
  }
}

TEST_CASE("durations are read with their unit, up to 100 years") {
  const std::vector<std::pair<std::string, std::chrono::milliseconds>> rows = {
      {"0s", 0ms},
      {"500ms", 500ms},
      {"30s", 30s},
      {"15m", 15min},
      {"6h", 6h},
      {"90d", std::chrono::days{90}},
      {"36525d", std::chrono::days{36'525}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    CHECK(parse_duration(row.first) == row.second);
  }
  for (const char* text : {"", "30", "s", "-1s", "1.5h", "1 h", "1h30m", "1w", "36526d", "99999999999999999999s",
                           "18446744073709551615d", "forever"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("dates are days that exist") {
  using namespace std::chrono;
  CHECK(parse_date("1970-01-01") == sys_days{1970y / January / 1});
  CHECK(parse_date("2026-01-31") == sys_days{2026y / January / 31});
  CHECK(parse_date("2024-02-29") == sys_days{2024y / February / 29});
  CHECK(parse_date("9999-12-31") == sys_days{9999y / December / 31});
  for (const char* text : {"", "2025-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32", "1969-12-31",
                           "2026-1-01", "2026-01-1", "26-01-01", "2026/01/01", "20260101", "2026-01-01T00:00:00Z",
                           "2026-01-0a", "+026-01-01", "2026--1-01", " 2026-01-1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_date(text).has_value());
  }
}

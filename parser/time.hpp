#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "parser/report.hpp"

// Dates as RFC 8460 §4.4 wants them (RFC 3339 §5.6), and as they come.
namespace tlsrpt::parser {

// Years of four digits: what RFC 3339 can write, and PostgreSQL can hold.
inline constexpr Time kFirstTime = std::chrono::sys_days{std::chrono::year{1} / 1 / 1};
inline constexpr Time kLastTime = std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - std::chrono::seconds{1};

struct ReadTime {
  Time time;
  bool without_zone = false;  // read as UTC
  bool odd_format = false;    // not RFC 3339's form
  bool fraction = false;      // a fraction of a second was cut off
  bool date_only = false;     // midnight, the day's beginning
};

// Nothing where there is no sensible reading, or the year is not 1 to 9999. A leap second becomes the second before.
[[nodiscard]] std::optional<ReadTime> read_time(std::string_view text) noexcept;

}  // namespace tlsrpt::parser

#include "collector/imap/internal_date.hpp"

#include <array>
#include <chrono>

#include "collector/imap/ascii.hpp"

namespace tlsrpt::imap {

namespace {

// Exactly `digits` digits at `position`.
std::optional<int> number_at(std::string_view text, std::size_t position, std::size_t digits) {
  int value = 0;
  for (const char c : text.substr(position, digits)) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<unsigned> month_at(std::string_view text, std::size_t position) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (equals_ignoring_case(text.substr(position, 3), kMonths[i])) return i + 1;
  }
  return std::nullopt;
}

// What stands at the places of "17-Jul-1996 02:44:25 -0700" that are the same in every date.
bool has_shape(std::string_view text) {
  return text.size() == 26 && text[2] == '-' && text[6] == '-' && text[11] == ' ' && text[14] == ':' &&
         text[17] == ':' && text[20] == ' ' && (text[21] == '+' || text[21] == '-');
}

}  // namespace

std::optional<std::int64_t> parse_internal_date(std::string_view text) {
  if (!has_shape(text)) return std::nullopt;
  // RFC 9051 §9, date-day-fixed: a space stands for a leading zero.
  const auto day = text[0] == ' ' ? number_at(text, 1, 1) : number_at(text, 0, 2);
  const auto month = month_at(text, 3);
  const auto year = number_at(text, 7, 4);
  const auto hour = number_at(text, 12, 2);
  const auto minute = number_at(text, 15, 2);
  const auto second = number_at(text, 18, 2);
  const auto zone_hours = number_at(text, 22, 2);
  const auto zone_minutes = number_at(text, 24, 2);
  if (!day || !month || !year || !hour || !minute || !second || !zone_hours || !zone_minutes) return std::nullopt;

  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{*month},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::chrono::minutes zone = std::chrono::hours{*zone_hours} + std::chrono::minutes{*zone_minutes};
  const std::chrono::sys_seconds local = std::chrono::sys_days{date} + std::chrono::hours{*hour} +
                                         std::chrono::minutes{*minute} + std::chrono::seconds{*second};
  return (text[21] == '-' ? local + zone : local - zone).time_since_epoch().count();
}

}  // namespace tlsrpt::imap

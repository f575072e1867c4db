#include "parser/time.hpp"

#include <chrono>
#include <cstddef>

#include "parser/text.hpp"

namespace tlsrpt::parser {
namespace {

// Takes a date apart from its beginning; each step says whether it was there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool number(std::size_t digits, int& value) {
    if (rest_.size() < digits) return false;
    int read = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return false;
      read = read * 10 + (c - '0');
    }
    value = read;
    rest_.remove_prefix(digits);
    return true;
  }
  bool any_of(std::string_view characters) {
    if (rest_.empty() || !is_one_of(rest_.front(), characters)) return false;
    taken_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  bool word(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  [[nodiscard]] char taken() const { return taken_; }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  char taken_ = '\0';
};

bool read_date(Scanner& scanner, std::chrono::sys_days& date) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!scanner.number(4, year) || !scanner.any_of("-") || !scanner.number(2, month) || !scanner.any_of("-") ||
      !scanner.number(2, day)) {
    return false;
  }
  const std::chrono::year_month_day calendar{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                             std::chrono::day{static_cast<unsigned>(day)}};
  if (!calendar.ok()) return false;
  date = calendar;
  return true;
}

bool read_clock(Scanner& scanner, ReadTime& read) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!scanner.number(2, hour) || !scanner.any_of(":") || !scanner.number(2, minute)) return false;
  if (scanner.any_of(":")) {
    if (!scanner.number(2, second)) return false;
    if (scanner.any_of(".,")) {
      if (scanner.taken() == ',') read.odd_format = true;
      int digit = 0;
      if (!scanner.number(1, digit)) return false;
      do read.fraction |= digit != 0;
      while (scanner.number(1, digit));
    }
  } else {
    read.odd_format = true;
  }
  const bool midnight = hour == 24 && minute == 0 && second == 0;  // RFC 8460 §4.1 speaks of "00:00-24:00"
  if (minute > 59 || second > 60 || (hour > 23 && !midnight)) return false;
  if (midnight) read.odd_format = true;
  if (second == 60) second = 59;  // a leap second, RFC 3339 §5.7
  read.time += std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
  return true;
}

bool read_zone(Scanner& scanner, ReadTime& read) {
  if (scanner.any_of("Zz")) return true;
  if (scanner.done()) {
    read.without_zone = true;
    return true;
  }
  if (scanner.any_of(" ")) read.odd_format = true;
  if (scanner.word("UTC") || scanner.word("GMT")) {
    read.odd_format = true;
    return true;
  }
  int hours = 0;
  int minutes = 0;
  if (!scanner.any_of("+-")) return false;
  const int sign = scanner.taken() == '+' ? 1 : -1;
  if (!scanner.number(2, hours)) return false;
  const bool colon = scanner.any_of(":");
  const bool hours_alone = !colon && scanner.done();  // ISO 8601, and how PostgreSQL prints a time
  if (!colon) read.odd_format = true;
  if ((!hours_alone && !scanner.number(2, minutes)) || hours > 23 || minutes > 59) return false;
  read.time -= sign * (std::chrono::hours{hours} + std::chrono::minutes{minutes});
  return true;
}

}  // namespace

std::optional<ReadTime> read_time(std::string_view text) noexcept {
  Scanner scanner(trim(text));
  ReadTime read;
  std::chrono::sys_days date;
  if (!read_date(scanner, date)) return std::nullopt;
  read.time = date;
  if (scanner.done()) {
    read.date_only = read.odd_format = true;
  } else {
    if (!scanner.any_of("Tt ")) return std::nullopt;
    if (scanner.taken() == ' ') read.odd_format = true;
    if (!read_clock(scanner, read) || !read_zone(scanner, read) || !scanner.done()) return std::nullopt;
  }
  if (read.time < kFirstTime || read.time > kLastTime) return std::nullopt;
  return read;
}

}  // namespace tlsrpt::parser

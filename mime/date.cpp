#include "mime/date.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "mime/lexer.hpp"
#include "mime/text.hpp"

namespace tlsrpt::mime {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Stops kWordEnd(",");

std::optional<int> number(std::string_view text) noexcept {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<std::chrono::month> month(std::string_view word) noexcept {
  constexpr std::array<std::string_view, 12> names = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
  for (unsigned i = 0; i < names.size(); ++i) {
    if (istarts_with(word, names[i])) return std::chrono::month(i + 1);
  }
  return std::nullopt;
}

// RFC 5322 §4.3: two digits are 1950 to 2049, three are counted from 1900.
std::chrono::year year(int value, std::size_t digits) noexcept {
  if (digits == 2) return std::chrono::year(value < 50 ? 2000 + value : 1900 + value);
  return std::chrono::year(digits == 3 ? 1900 + value : value);
}

// hour:minute[:second]
std::optional<seconds> time_of_day(std::string_view word) noexcept {
  const std::size_t first = word.find(':');
  const std::size_t second = word.find(':', first + 1);
  const auto h = number(word.substr(0, first));
  const auto m = number(word.substr(first + 1, second == std::string_view::npos ? second : second - first - 1));
  const auto s = second == std::string_view::npos ? 0 : number(word.substr(second + 1));
  if (!h || !m || !s || *h > 23 || *m > 59 || *s > 60) return std::nullopt;
  return hours(*h) + minutes(*m) + seconds(*s);
}

// "+0200", "-0830"; nothing where it is none.
std::optional<minutes> numeric_zone(std::string_view word) noexcept {
  if (word.size() != 5 || (word[0] != '+' && word[0] != '-')) return std::nullopt;
  const auto h = number(word.substr(1, 2));
  const auto m = number(word.substr(3, 2));
  if (!h || !m || *m > 59) return std::nullopt;
  const minutes offset = hours(*h) + minutes(*m);
  return word[0] == '-' ? -offset : offset;
}

// RFC 5322 §4.3: names other than these, the military letters among them, say nothing of the zone.
std::optional<minutes> named_zone(std::string_view word) noexcept {
  constexpr std::array<std::pair<std::string_view, int>, 8> zones = {
      {{"EDT", -4}, {"EST", -5}, {"CDT", -5}, {"CST", -6}, {"MDT", -6}, {"MST", -7}, {"PDT", -7}, {"PST", -8}}};
  for (const auto& [name, offset] : zones) {
    if (iequals(word, name)) return hours(offset);
  }
  return std::nullopt;
}

// What a date's words, in whatever order, have said so far.
struct Words {
  std::optional<int> day;
  std::optional<std::chrono::month> month;
  std::optional<std::chrono::year> year;
  std::optional<seconds> time;
  std::optional<minutes> zone;

  // False for a word that makes the date unreadable.
  bool take(std::string_view word) noexcept;
};

bool Words::take(std::string_view word) noexcept {
  if (word[0] == '+' || word[0] == '-') {
    zone = numeric_zone(word);
    return zone.has_value();
  }
  if (word.find(':') != std::string_view::npos) {
    if (!time) time = time_of_day(word);
    return time.has_value();
  }
  if (word[0] < '0' || word[0] > '9') {
    const auto name = mime::month(word);
    if (name && !month) {
      month = name;
    } else if (!zone) {
      zone = named_zone(word);  // a weekday is none
    }
    return true;
  }
  const auto value = number(word);
  if (!value || word.size() > 4) return false;
  if (!day && word.size() <= 2) {
    day = value;
  } else {
    year = mime::year(*value, word.size());
  }
  return true;
}

}  // namespace

std::optional<Time> parse_date(std::string_view field) {
  Lexer lexer(field);
  Words words;
  while (!lexer.at_end()) {
    const std::string_view word = lexer.word(kWordEnd);
    if (word.empty()) {
      if (!lexer.take(',')) return std::nullopt;
      continue;
    }
    if (!words.take(word)) return std::nullopt;
  }
  if (!words.day || !words.month || !words.year || !words.time) return std::nullopt;
  const std::chrono::year_month_day date(*words.year, *words.month,
                                         std::chrono::day(static_cast<unsigned>(*words.day)));
  if (!date.ok() || *words.year < std::chrono::year(1900)) return std::nullopt;
  return std::chrono::sys_days(date) + *words.time - words.zone.value_or(minutes(0));
}

}  // namespace tlsrpt::mime

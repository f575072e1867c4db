#include "parser/count.hpp"

#include <algorithm>
#include <limits>

#include "parser/text.hpp"

namespace tlsrpt::parser {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

bool take(std::string_view& text, std::string_view characters) {
  if (text.empty() || !is_one_of(text.front(), characters)) return false;
  text.remove_prefix(1);
  return true;
}

std::string_view take_digits(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && text[length] >= '0' && text[length] <= '9') ++length;
  const std::string_view digits = text.substr(0, length);
  text.remove_prefix(length);
  return digits;
}

// A number's parts: its digits, and how many of them stand before the decimal point once the exponent is applied.
struct Decimal {
  std::string_view integer;
  std::string_view fraction;
  std::int64_t point = 0;
};

std::optional<Decimal> read_decimal(std::string_view text) {
  Decimal decimal;
  decimal.integer = take_digits(text);
  if (decimal.integer.empty()) return std::nullopt;
  if (take(text, ".")) {
    decimal.fraction = take_digits(text);
    if (decimal.fraction.empty()) return std::nullopt;
  }
  decimal.point = static_cast<std::int64_t>(decimal.integer.size());
  if (take(text, "eE")) {
    const bool minus = text.starts_with('-');
    take(text, "+-");
    const std::string_view digits = take_digits(text);
    if (digits.empty()) return std::nullopt;
    std::int64_t exponent = 0;
    for (const char c : digits) exponent = std::min<std::int64_t>(exponent * 10 + (c - '0'), 1'000'000'000);
    decimal.point += minus ? -exponent : exponent;
  }
  if (!text.empty()) return std::nullopt;
  return decimal;
}

// Appends a digit; false when that would exceed 64 bits.
bool append(std::int64_t& value, int digit) {
  if (value > (kMost - digit) / 10) return false;
  value = value * 10 + digit;
  return true;
}

}  // namespace

std::optional<ReadCount> read_count(std::string_view text) noexcept {
  ReadCount count;
  const bool minus = take(text, "-");
  const std::optional<Decimal> decimal = read_decimal(text);
  if (!decimal) return std::nullopt;

  std::int64_t place = 0;
  bool zero = true;
  for (const std::string_view digits : {decimal->integer, decimal->fraction}) {
    for (const char c : digits) {
      const int digit = c - '0';
      zero = zero && digit == 0;
      if (place++ >= decimal->point) {
        count.fraction |= digit != 0;
      } else if (!count.clamped) {
        count.clamped = !append(count.value, digit);
      }
    }
  }
  for (; !zero && !count.clamped && place < decimal->point; ++place) count.clamped = !append(count.value, 0);

  if (minus) return ReadCount{.negative = !zero};
  if (count.clamped) return ReadCount{.value = kMost, .clamped = true};
  return count;
}

std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept {
  return a > kMost - b ? kMost : a + b;
}

}  // namespace tlsrpt::parser

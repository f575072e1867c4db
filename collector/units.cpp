#include "collector/units.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace tlsrpt::collector {

namespace {

using Unit = std::pair<std::string_view, std::uint64_t>;

// Decimal digits alone: no sign, no space. Takes them off `text`.
std::optional<std::uint64_t> take_number(std::string_view& text) noexcept {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

template <std::size_t size>
std::optional<std::uint64_t> parse_quantity(std::string_view text, const std::array<Unit, size>& units,
                                            std::uint64_t most) noexcept {
  const auto number = take_number(text);
  if (!number) return std::nullopt;
  for (const auto& [name, factor] : units) {
    if (name == text) return *number <= most / factor ? std::optional{*number * factor} : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
  constexpr std::array kUnits = {Unit{"", 1},
                                 Unit{"B", 1},
                                 Unit{"KiB", 1ull << 10},
                                 Unit{"MiB", 1ull << 20},
                                 Unit{"GiB", 1ull << 30},
                                 Unit{"TiB", 1ull << 40},
                                 Unit{"kB", 1'000},
                                 Unit{"MB", 1'000'000},
                                 Unit{"GB", 1'000'000'000},
                                 Unit{"TB", 1'000'000'000'000}};
  return parse_quantity(text, kUnits, std::numeric_limits<std::uint64_t>::max());
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
  constexpr std::array kUnits = {Unit{"ms", 1}, Unit{"s", 1'000}, Unit{"m", 60'000}, Unit{"h", 3'600'000},
                                 Unit{"d", 86'400'000}};
  constexpr std::uint64_t kMost = 36'525ull * 86'400'000;
  const auto count = parse_quantity(text, kUnits, kMost);
  if (!count) return std::nullopt;
  return std::chrono::milliseconds{static_cast<std::int64_t>(*count)};
}

std::optional<std::chrono::sys_days> parse_date(std::string_view text) noexcept {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  std::string_view year_text = text.substr(0, 4), month_text = text.substr(5, 2), day_text = text.substr(8, 2);
  const auto year = take_number(year_text), month = take_number(month_text), day = take_number(day_text);
  if (!year || !month || !day || !year_text.empty() || !month_text.empty() || !day_text.empty()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (*year < 1970 || !date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

}  // namespace tlsrpt::collector

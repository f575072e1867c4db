#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tlsrpt::parser {

struct ReadCount {
  std::int64_t value = 0;
  bool fraction = false;  // cut off
  bool negative = false;  // taken as 0
  bool clamped = false;   // beyond 64 bits: taken as the largest
};

// A decimal number as JSON writes it ("12", "12.0", "1e3"), exact whatever its length. Nothing for any other text.
[[nodiscard]] std::optional<ReadCount> read_count(std::string_view text) noexcept;

// The sum of two counts, at most the largest 64-bit one.
[[nodiscard]] std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept;

}  // namespace tlsrpt::parser

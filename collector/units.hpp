#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

// Quantities as people write them. Each takes the whole text or nothing.
namespace tlsrpt::collector {

// Bytes: "4096", "20MiB" (B, KiB, MiB, GiB, TiB; kB, MB, GB, TB are decimal).
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

// "500ms", "30s", "15m", "6h", "90d"; never without a unit, at most 100 years.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

// "2026-01-31", a day that exists, in years 1970 to 9999.
[[nodiscard]] std::optional<std::chrono::sys_days> parse_date(std::string_view text) noexcept;

}  // namespace tlsrpt::collector

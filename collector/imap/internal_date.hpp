#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tlsrpt::imap {

// RFC 9051 §9, date-time without its quotes, "17-Jul-1996 02:44:25 -0700" → seconds since the epoch, UTC.
[[nodiscard]] std::optional<std::int64_t> parse_internal_date(std::string_view text);

}  // namespace tlsrpt::imap

#pragma once

#include <optional>
#include <string_view>

#include "mime/message.hpp"

namespace tlsrpt::mime {

// A Date field's value (RFC 5322 §3.3 and §4.3) as UTC. The order of day, month, year, time and zone does not matter,
// the weekday is not looked at, and an unknown zone is UTC. Nothing where one of the first four is missing or there is
// no such day or time.
[[nodiscard]] std::optional<Time> parse_date(std::string_view field);

}  // namespace tlsrpt::mime

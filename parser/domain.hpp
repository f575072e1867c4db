#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tlsrpt::parser {

// RFC 1035 §2.3.4. Whatever else is a name (a policy-type, a result-type) needs no more either, and a database indexes
// what is this short.
inline constexpr std::size_t kLongestName = 255;  // bytes

// Lower case, no trailing dot, U-labels to A-labels (RFC 5891); what is no domain name is only lower-cased.
[[nodiscard]] std::string normalize_domain(std::string_view domain);

// Both normalised: `domain` is `parent` or lies below it.
[[nodiscard]] bool equal_or_below(std::string_view domain, std::string_view parent) noexcept;

}  // namespace tlsrpt::parser

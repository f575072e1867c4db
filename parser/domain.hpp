#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tlsrpt::parser {

// RFC 1035 §2.3.4, in bytes. Whatever else is a name (a policy-type, a result-type) needs no more either. A database
// indexes three of these together, or one with an organization's name: PostgreSQL takes 2,700 bytes of a row.
inline constexpr std::size_t kLongestName = 255;
inline constexpr std::size_t kLongestOrganizationName = 1024;

// Lower case, no trailing dot, U-labels to A-labels (RFC 5891); what is no domain name is only lower-cased.
[[nodiscard]] std::string normalize_domain(std::string_view domain);

// Both normalised: `domain` is `parent` or lies below it.
[[nodiscard]] bool equal_or_below(std::string_view domain, std::string_view parent) noexcept;

}  // namespace tlsrpt::parser

#pragma once

#include <string>
#include <string_view>

namespace tlsrpt::parser {

// Lower case, no trailing dot, U-labels to A-labels (RFC 5891); what is no domain name is only lower-cased.
[[nodiscard]] std::string normalize_domain(std::string_view domain);

// Both normalised: `domain` is `parent` or lies below it.
[[nodiscard]] bool equal_or_below(std::string_view domain, std::string_view parent) noexcept;

}  // namespace tlsrpt::parser

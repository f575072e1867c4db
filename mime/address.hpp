#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tlsrpt::mime {

// The domain of the first address in a From field's value (RFC 5322 §3.4: groups, comments, quoted strings, obsolete
// routes), as sent. Nothing without an address, or where its domain is a literal.
[[nodiscard]] std::optional<std::string> first_address_domain(std::string_view field);

}  // namespace tlsrpt::mime

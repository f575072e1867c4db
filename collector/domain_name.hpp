#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tlsrpt::collector {

// A host's name after parser::normalize_domain(); none where that is no host name (RFC 1035 §2.3.4, with the
// underscore of service names). An IPv4 address passes.
[[nodiscard]] std::optional<std::string> parse_host_name(std::string_view text);

// As parse_host_name(), and no address.
[[nodiscard]] std::optional<std::string> parse_domain_name(std::string_view text);

}  // namespace tlsrpt::collector

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tlsrpt::parser {

struct ReadAddress {
  std::string text;        // canonical (RFC 5952); an IPv4-mapped address as IPv4
  bool decorated = false;  // brackets, a port or a zone were taken off
  bool padded = false;     // IPv4 octets with leading zeros, read as decimal
};

// json-56, json-57. Nothing where there is no address.
[[nodiscard]] std::optional<ReadAddress> read_address(std::string_view text);

}  // namespace tlsrpt::parser

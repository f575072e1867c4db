#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlsrpt::mime {

// One result of an Authentication-Results field (RFC 8601 §2.2, resinfo).
struct MethodResult {
  std::string method;                                           // lower case, without its version
  std::string result;                                           // lower case
  std::vector<std::pair<std::string, std::string>> properties;  // "header.d" (lower case) → value, in the field's order

  [[nodiscard]] std::optional<std::string_view> property(std::string_view name) const noexcept;  // the first of them
};

struct AuthenticationResults {
  std::string authserv_id;            // as sent
  std::vector<MethodResult> results;  // empty for "none"
};

// A field's value. Results that do not keep to the grammar, or are of another version than 1, are left out; nothing
// where that is so of the authserv-id.
[[nodiscard]] std::optional<AuthenticationResults> parse_authentication_results(std::string_view value);

}  // namespace tlsrpt::mime

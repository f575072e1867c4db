#pragma once

#include <string_view>
#include <vector>

#include "parser/report.hpp"

namespace tlsrpt::collector {

// RFC 8461 §3.2: the values of the "key: value" lines of an MTA-STS policy with that key, in their order, without the
// white space around them (json-38, json-39). Views of the policy.
[[nodiscard]] std::vector<std::string_view> policy_values(const parser::Policy& policy, std::string_view key);

}  // namespace tlsrpt::collector

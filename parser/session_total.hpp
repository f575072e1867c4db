#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/report.hpp"

// Sessions counted once. Senders list the same sessions under `sts`, again under `tlsa`, and again as
// `no-policy-found` for each MX, so policies must not be summed.
namespace tlsrpt::parser {

struct SessionTotal {
  std::string recipient_domain;
  std::int64_t sessions = 0;  // the largest policy type's total
  std::int64_t failures = 0;  // the largest policy type's failures, never more than sessions

  bool operator==(const SessionTotal&) const = default;
};

// The domain whose mail the policy's sessions carried: for an `sts` policy its own policy-domain; for a `tlsa` policy
// report_domain; for `no-policy-found` (and any other type) its own policy-domain unless that lies below report_domain,
// then report_domain. "" where nobody knows. A view of one of the arguments.
[[nodiscard]] std::string_view recipient_domain(const Policy& policy, const std::optional<std::string>& report_domain);

// One row per recipient domain, sorted by it. Sums saturate at the largest 64-bit count.
[[nodiscard]] std::vector<SessionTotal> session_totals(const Report& report,
                                                       const std::optional<std::string>& report_domain);

}  // namespace tlsrpt::parser

#pragma once

#include <cstdint>
#include <optional>
#include <string>
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

// One row per recipient domain, sorted by it. An `sts` policy belongs to its own policy-domain; a `tlsa` policy to
// report_domain; `no-policy-found` (and any other type) to its own policy-domain unless that lies below report_domain,
// then to report_domain. Sums saturate at the largest 64-bit count.
[[nodiscard]] std::vector<SessionTotal> session_totals(const Report& report,
                                                       const std::optional<std::string>& report_domain);

}  // namespace tlsrpt::parser

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/report.hpp"

// What failed, by recipient domain, kind and host: what incidents are made of.
namespace tlsrpt::parser {

struct FailureTotal {
  std::string recipient_domain;      // as in SessionTotal
  std::string result_type;           // RFC 8460 §4.3, or "unspecified"
  std::string host;                  // the MX, or "" where none is named; for a policy not to be had, "mta-sts.DOMAIN"
  std::int64_t failed_sessions = 0;  // failed-session-count summed: one session may stand in several details
  std::int64_t sessions = 0;         // all of the recipient domain, as in SessionTotal
  std::int64_t failures = 0;

  bool operator==(const FailureTotal&) const = default;
};

// What is at fault: FailureTotal::host.
[[nodiscard]] std::string failing_host(const FailureDetail& detail, std::string_view recipient_domain);

inline constexpr std::size_t kMostFailureKinds = 500;  // a report

// One row per recipient domain, result type and host, sorted by them. "unspecified", without a host, is what was
// counted and not detailed, and what a report details beyond its most frequent kinds. Sums saturate at the largest
// 64-bit count.
[[nodiscard]] std::vector<FailureTotal> failure_totals(const Report& report,
                                                       const std::optional<std::string>& report_domain);

}  // namespace tlsrpt::parser

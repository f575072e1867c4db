#include "parser/session_total.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

#include "parser/count.hpp"
#include "parser/domain.hpp"

namespace tlsrpt::parser {
namespace {

// The sessions of one policy type to one recipient domain.
struct Sum {
  std::string_view recipient_domain;
  std::string_view policy_type;
  std::int64_t sessions = 0;
  std::int64_t failures = 0;
};

bool are_of_one_kind(const Sum& a, const Sum& b) {
  return a.recipient_domain == b.recipient_domain && a.policy_type == b.policy_type;
}

// Sorted, so that those of one kind stand together.
std::vector<Sum> sums_of_policies(const Report& report, const std::optional<std::string>& report_domain) {
  std::vector<Sum> sums;
  sums.reserve(report.policies.size());
  for (const Policy& policy : report.policies) {
    const std::string_view recipient = recipient_domain(policy, report_domain);
    if (recipient.empty()) continue;
    sums.push_back({recipient, policy.policy_type ? std::string_view(*policy.policy_type) : std::string_view(),
                    saturating_add(policy.total_successful_session_count, policy.total_failure_session_count),
                    policy.total_failure_session_count});
  }
  std::sort(sums.begin(), sums.end(), [](const Sum& a, const Sum& b) {
    return std::tie(a.recipient_domain, a.policy_type) < std::tie(b.recipient_domain, b.policy_type);
  });
  return sums;
}

}  // namespace

std::string_view recipient_domain(const Policy& policy, const std::optional<std::string>& report_domain) {
  const std::string_view own = policy.policy_domain ? std::string_view(*policy.policy_domain) : std::string_view();
  const std::string_view whole = report_domain ? std::string_view(*report_domain) : own;
  if (own.empty() || policy.policy_type == "tlsa") return whole;
  if (policy.policy_type == "sts") return own;
  return equal_or_below(own, whole) ? whole : own;
}

std::vector<SessionTotal> session_totals(const Report& report, const std::optional<std::string>& report_domain) {
  std::vector<SessionTotal> totals;
  const std::vector<Sum> sums = sums_of_policies(report, report_domain);
  for (auto next = sums.begin(); next != sums.end();) {
    Sum sum = *next;
    for (++next; next != sums.end() && are_of_one_kind(*next, sum); ++next) {
      sum.sessions = saturating_add(sum.sessions, next->sessions);
      sum.failures = saturating_add(sum.failures, next->failures);
    }
    if (totals.empty() || totals.back().recipient_domain != sum.recipient_domain) {
      totals.push_back({std::string(sum.recipient_domain), 0, 0});
    }
    totals.back().sessions = std::max(totals.back().sessions, sum.sessions);
    totals.back().failures = std::max(totals.back().failures, sum.failures);
  }
  return totals;
}

}  // namespace tlsrpt::parser

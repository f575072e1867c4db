#include "parser/failure_total.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

#include "parser/count.hpp"
#include "parser/result_type.hpp"
#include "parser/session_total.hpp"

namespace tlsrpt::parser {
namespace {

constexpr const char* kUnspecified = "unspecified";

auto key(const FailureTotal& total) {
  return std::tie(total.recipient_domain, total.result_type, total.host);
}

std::vector<FailureTotal> details(const Report& report, const std::optional<std::string>& report_domain) {
  std::vector<FailureTotal> totals;
  for (const Policy& policy : report.policies) {
    const std::string_view recipient = recipient_domain(policy, report_domain);
    if (recipient.empty()) continue;
    for (const FailureDetail& detail : policy.failure_details) {
      totals.push_back({.recipient_domain = std::string(recipient),
                        .result_type = detail.result_type,
                        .host = failing_host(detail, recipient),
                        .failed_sessions = detail.failed_session_count});
    }
  }
  return totals;
}

std::vector<FailureTotal> merged(std::vector<FailureTotal> totals) {
  std::sort(totals.begin(), totals.end(), [](const auto& a, const auto& b) { return key(a) < key(b); });
  std::vector<FailureTotal> merged;
  for (FailureTotal& total : totals) {
    if (merged.empty() || key(merged.back()) != key(total)) {
      merged.push_back(std::move(total));
    } else {
      merged.back().failed_sessions = saturating_add(merged.back().failed_sessions, total.failed_sessions);
    }
  }
  return merged;
}

// Types and hosts are the sender's free text, and each kind is followed until it is over: of more than there can be in
// earnest, the most frequent are told apart.
std::vector<FailureTotal> bounded(std::vector<FailureTotal> totals) {
  if (totals.size() <= kMostFailureKinds) return totals;
  std::sort(totals.begin(), totals.end(), [](const auto& a, const auto& b) {
    return a.failed_sessions != b.failed_sessions ? a.failed_sessions > b.failed_sessions : key(a) < key(b);
  });
  for (std::size_t i = kMostFailureKinds; i < totals.size(); ++i) {
    totals[i].result_type = kUnspecified;
    totals[i].host.clear();
  }
  return merged(std::move(totals));
}

bool has_failures(const Policy& policy) {
  return policy.total_failure_session_count > 0 || !policy.failure_details.empty();
}

}  // namespace

// RFC 8460 §4.3.2.2: what fails there is the policy's web server, whichever MX the sender may name.
std::string failing_host(const FailureDetail& detail, std::string_view recipient_domain) {
  if (explain(detail.result_type).category != "sts") return detail.receiving_mx_hostname.value_or("");
  return "mta-sts." + std::string(recipient_domain);
}

std::vector<FailureTotal> failure_totals(const Report& report, const std::optional<std::string>& report_domain) {
  std::vector<FailureTotal> totals;
  if (std::none_of(report.policies.begin(), report.policies.end(), has_failures)) return totals;  // as most reports
  const std::vector<FailureTotal> detailed = bounded(merged(details(report, report_domain)));
  auto next = detailed.begin();
  for (const SessionTotal& all : session_totals(report, report_domain)) {
    const auto first = next;
    for (; next != detailed.end() && next->recipient_domain == all.recipient_domain; ++next) {
      totals.push_back(*next);
      totals.back().sessions = all.sessions;
      totals.back().failures = all.failures;
    }
    // json-47: the same sessions may stand under two policy types and have their details in one of them.
    if (next == first && all.failures > 0) {
      totals.push_back({all.recipient_domain, kUnspecified, "", all.failures, all.sessions, all.failures});
    }
  }
  return totals;
}

}  // namespace tlsrpt::parser

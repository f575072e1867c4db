#include "parser/failure_total.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace tlsrpt::parser::test {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

struct Detail {
  const char* result_type;
  std::optional<std::string> mx;
  std::int64_t sessions;
};

Policy policy(const char* type, const char* domain, std::int64_t successes, std::int64_t failures,
              const std::vector<Detail>& details = {}) {
  Policy policy;
  policy.policy_type = type;
  policy.policy_domain = domain;
  policy.total_successful_session_count = successes;
  policy.total_failure_session_count = failures;
  for (const Detail& detail : details) {
    FailureDetail& last = policy.failure_details.emplace_back();
    last.result_type = detail.result_type;
    last.receiving_mx_hostname = detail.mx;
    last.failed_session_count = detail.sessions;
  }
  return policy;
}

std::vector<FailureTotal> totals(std::vector<Policy> policies) {
  Report report;
  report.policies = std::move(policies);
  return failure_totals(report, "a.example");
}

using Totals = std::vector<FailureTotal>;

}  // namespace

TEST_CASE("failures are summed by recipient domain, result type and MX, over details and policies") {
  CHECK(totals({policy("sts", "a.example", 90, 10,
                       {{"certificate-expired", "mx2.a.example", 4},
                        {"certificate-expired", "mx1.a.example", 1},
                        {"certificate-expired", "mx2.a.example", 5}}),
                policy("no-policy-found", "mx2.a.example", 0, 3, {{"certificate-expired", "mx2.a.example", 3}}),
                policy("sts", "b.example", 7, 2, {{"starttls-not-supported", "mx.b.example", 2}})}) ==
        Totals{{"a.example", "certificate-expired", "mx1.a.example", 1, 100, 10},
               {"a.example", "certificate-expired", "mx2.a.example", 12, 100, 10},
               {"b.example", "starttls-not-supported", "mx.b.example", 2, 9, 2}});
}

TEST_CASE("of more kinds than there can be in earnest the most frequent are told apart, the others summed by domain") {
  std::vector<std::string> hosts;
  for (std::size_t i = 0; i < kMostFailureKinds + 2; ++i) hosts.push_back(fmt::format("mx{:03}", i));
  std::vector<Detail> details;
  details.reserve(hosts.size());
  for (const std::string& host : hosts) details.push_back({"certificate-expired", host, 2});
  details[7].sessions = 1;
  const Totals all = totals({policy("sts", "a.example", 0, 9, details)});
  REQUIRE(all.size() == kMostFailureKinds + 1);
  CHECK(all[6] == FailureTotal{"a.example", "certificate-expired", "mx006", 2, 9, 9});
  CHECK(all[7] == FailureTotal{"a.example", "certificate-expired", "mx008", 2, 9, 9});
  CHECK(all.back() == FailureTotal{"a.example", "unspecified", "", 3, 9, 9});

  details.resize(kMostFailureKinds);
  CHECK(totals({policy("sts", "a.example", 0, 9, details)}).size() == kMostFailureKinds);
}

TEST_CASE("what fails with a policy that cannot be had is the host that serves it, whichever MX is named") {
  CHECK(totals({policy("sts", "a.example", 0, 6,
                       {{"sts-policy-fetch-error", std::nullopt, 1},
                        {"sts-policy-invalid", "mx.a.example", 2},
                        {"sts-webpki-invalid", std::nullopt, 3}})}) ==
        Totals{{"a.example", "sts-policy-fetch-error", "mta-sts.a.example", 1, 6, 6},
               {"a.example", "sts-policy-invalid", "mta-sts.a.example", 2, 6, 6},
               {"a.example", "sts-webpki-invalid", "mta-sts.a.example", 3, 6, 6}});
}

TEST_CASE("failures without details are unspecified, and at no host") {
  CHECK(totals({policy("sts", "a.example", 8, 2), policy("sts", "b.example", 5, 0)}) ==
        Totals{{"a.example", "unspecified", "", 2, 10, 2}});
}

TEST_CASE("json-47: failures that have their details under another policy type are not unspecified") {
  CHECK(totals({policy("sts", "a.example", 8, 2, {{"certificate-expired", "mx.a.example", 2}}),
                policy("tlsa", "a.example", 8, 2)}) ==
        Totals{{"a.example", "certificate-expired", "mx.a.example", 2, 10, 2}});
}

TEST_CASE("json-53: details count where the policy counts no failure") {
  CHECK(totals({policy("sts", "a.example", 8, 0, {{"validation-failure", std::nullopt, 1}})}) ==
        Totals{{"a.example", "validation-failure", "", 1, 8, 0}});
}

TEST_CASE("counts of failures saturate") {
  CHECK(
      totals({policy("sts", "a.example", 0, kMost,
                     {{"certificate-expired", "mx.a.example", kMost}, {"certificate-expired", "mx.a.example", 1}})}) ==
      Totals{{"a.example", "certificate-expired", "mx.a.example", kMost, kMost, kMost}});
}

}  // namespace tlsrpt::parser::test

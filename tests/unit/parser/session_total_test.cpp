#include "parser/session_total.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace tlsrpt::parser::test {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

struct Row {
  const char* type;
  const char* domain;  // nullptr: none
  std::int64_t successes;
  std::int64_t failures;
};

std::vector<SessionTotal> totals(const std::vector<Row>& rows, const std::optional<std::string>& report_domain) {
  Report report;
  for (const Row& row : rows) {
    Policy policy;
    policy.policy_type = row.type;
    if (row.domain != nullptr) policy.policy_domain = row.domain;
    policy.total_successful_session_count = row.successes;
    policy.total_failure_session_count = row.failures;
    report.policies.push_back(policy);
  }
  return session_totals(report, report_domain);
}

using Totals = std::vector<SessionTotal>;

}  // namespace

TEST_CASE("json-47: sessions listed under sts and again under tlsa count once") {
  CHECK(totals({{"sts", "a.example", 8, 2}, {"tlsa", "a.example", 8, 2}}, "a.example") == Totals{{"a.example", 10, 2}});
  CHECK(totals({{"sts", "a.example", 8, 2}, {"tlsa", "mx.a.example", 9, 1}}, "a.example") ==
        Totals{{"a.example", 10, 2}});
}

TEST_CASE("json-46: policies of one type are summed, whatever MX they are for") {
  CHECK(totals({{"sts", "a.example", 5, 0},
                {"no-policy-found", "mx1.a.example", 4, 1},
                {"no-policy-found", "mx2.a.example", 3, 1}},
               "a.example") == Totals{{"a.example", 9, 2}});
}

TEST_CASE("the largest total and the largest failures may be of different types") {
  CHECK(totals({{"sts", "a.example", 10, 0}, {"tlsa", "a.example", 1, 5}}, "a.example") ==
        Totals{{"a.example", 10, 5}});
}

TEST_CASE("an sts policy belongs to its own domain") {
  CHECK(totals({{"sts", "a.example", 1, 0}, {"sts", "mail.a.example", 2, 1}, {"sts", "b.example", 3, 0}},
               "a.example") == Totals{{"a.example", 1, 0}, {"b.example", 3, 0}, {"mail.a.example", 3, 1}});
}

TEST_CASE("a tlsa policy belongs to the report's domain, however its MX is called") {
  CHECK(totals({{"tlsa", "mx.host.example", 2, 1}}, "a.example") == Totals{{"a.example", 3, 1}});
  CHECK(totals({{"tlsa", "mx.host.example", 2, 1}}, std::nullopt) == Totals{{"mx.host.example", 3, 1}});
}

TEST_CASE("no-policy-found, and any unknown type, belongs to its own domain unless that lies below the report's") {
  for (const char* const type : {"no-policy-found", "dane", ""}) {
    CAPTURE(type);
    CHECK(totals({{type, "b.example", 1, 0}, {type, "mx.a.example", 2, 0}}, "a.example") ==
          Totals{{"a.example", 2, 0}, {"b.example", 1, 0}});
    CHECK(totals({{type, "xa.example", 1, 0}}, "a.example") == Totals{{"xa.example", 1, 0}});
  }
}

TEST_CASE("a policy without a domain belongs to the report's, or to none") {
  CHECK(totals({{"no-policy-found", nullptr, 1, 1}, {"sts", nullptr, 2, 0}}, "a.example") ==
        Totals{{"a.example", 2, 1}});
  CHECK(totals({{"no-policy-found", nullptr, 1, 1}}, std::nullopt).empty());
  CHECK(session_totals({}, "a.example").empty());
}

TEST_CASE("sums stop at the largest count") {
  CHECK(totals({{"sts", "a.example", kMost, kMost}, {"sts", "a.example", 1, 1}}, "a.example") ==
        Totals{{"a.example", kMost, kMost}});
}

}  // namespace tlsrpt::parser::test

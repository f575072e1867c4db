#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "parser/digester.hpp"
#include "support.hpp"

namespace tlsrpt::parser::test {
namespace {

struct Digests {
  Digest identity;
  Digest content;
};

Digests digests_of(std::string_view payload) {
  const ParsedReport parsed = report_of(payload);
  return {parsed.identity, parsed.content};
}

std::string with_policies(const std::vector<std::string>& domains) {
  std::string policies;
  for (const std::string& domain : domains) {
    policies += policies.empty() ? "" : ",";
    policies += R"({"policy":{"policy-type":"sts","policy-domain":")" + domain +
                R"("},"summary":{"total-successful-session-count":1,"total-failure-session-count":0}})";
  }
  return R"({"organization-name":"A","report-id":"1","date-range":{"start-datetime":"2024-02-22T00:00:00Z",
      "end-datetime":"2024-02-22T23:59:59Z"},"policies":[)" +
         policies + "]}";
}

}  // namespace

TEST_CASE("digests are the same wherever and whenever they are taken") {
  // A stored report must be found again by a later release: a change of these values orphans every stored report.
  const Digests digests = digests_of(kReport);
  const auto hex = [](const Digest& digest) {
    std::string text;
    for (const unsigned byte : digest) {
      text += "0123456789abcdef"[byte >> 4];
      text += "0123456789abcdef"[byte & 15];
    }
    return text;
  };
  CHECK(hex(digests.identity) == "77b7ba2f96a500e669ce38204e2d76dc5924f3847ef6e66cbd76b1381649a20e");
  CHECK(hex(digests.content) == "b3889560d5a53477f606d09c7213661bdf12bfb267cb8ea56d181501d79ea718");
}

TEST_CASE("the identity covers organization, report-id, period and policy domains") {
  const Digests usual = digests_of(kReport);
  struct Row {
    const char* from;
    const char* to;
  };
  for (const Row& row : {Row{"\"Example Inc.\"", "\"Example Ltd.\""}, Row{"\"Example Inc.\"", "null"},
                         Row{"\"2024-02-22T00:00:00Z_company.example\"", "\"other\""},
                         Row{"\"2024-02-22T00:00:00Z\"", "\"2024-02-22T00:00:01Z\""},
                         Row{"\"2024-02-22T23:59:59Z\"", "\"2024-02-23T00:00:00Z\""},
                         Row{"\"company.example\"", "\"other.example\""}, Row{"\"company.example\"", "null"}}) {
    CAPTURE(row.to);
    const Digests changed = digests_of(report_with(row.from, row.to));
    CHECK(changed.identity != usual.identity);
    CHECK(changed.content != usual.content);
  }
}

TEST_CASE("everything else changes the content, and not the identity") {
  const Digests usual = digests_of(kReport);
  struct Row {
    const char* from;
    const char* to;
  };
  for (const Row& row :
       {Row{"\"tls@sender.example\"", "null"}, Row{"\"sts\"", "\"tlsa\""}, Row{"\"mode: enforce\", ", ""},
        Row{"\"version: STSv1\", \"mode: enforce\"", "\"mode: enforce\", \"version: STSv1\""},
        Row{"[\"*.company.example\"]", "[]"}, Row{"37", "41"},
        Row{"-failure-session-count\": 2", "-failure-session-count\": 3"},
        Row{"certificate-expired", "certificate-not-trusted"}, Row{"198.51.100.62", "198.51.100.63"},
        Row{"mx1.company.example", "mx2.company.example"}, Row{"MX1", "MX2"}, Row{"2001:db8::25", "2001:db8::26"},
        Row{"\"failed-session-count\": 2", "\"failed-session-count\": 3"}, Row{"/why", "/what"},
        Row{"X509_V_ERR_CERT_HAS_EXPIRED", "X509_V_ERR_CERT_REVOKED"},
        Row{"EXPIRED\"\n    }", "EXPIRED\"\n    }, {}"}}) {
    CAPTURE(row.to);
    const Digests changed = digests_of(report_with(row.from, row.to));
    CHECK(changed.identity == usual.identity);
    CHECK(changed.content != usual.content);
  }
}

TEST_CASE("the identity does not depend on the case of the organization's name") {
  const Digests usual = digests_of(kReport);
  CHECK(digests_of(report_with("Example Inc.", "EXAMPLE inc.")).identity == usual.identity);
  CHECK(digests_of(report_with("Example Inc.", "EXAMPLE inc.")).content != usual.content);
  CHECK(digests_of(report_with("Example Inc.",
                               "STRA\xC3\x9F"
                               "E \xC3\x84"))
            .identity == digests_of(report_with("Example Inc.", "strasse \xC3\xA4")).identity);
}

TEST_CASE("an absent text and an empty one are the same") {
  CHECK(digests_of(report_with("\"Example Inc.\"", "\"\"")).content ==
        digests_of(report_with("\"Example Inc.\"", "null")).content);
  CHECK(digests_of(report_with("\"Example Inc.\"", "\"\"")).identity ==
        digests_of(report_with("\"Example Inc.\"", "null")).identity);
}

TEST_CASE("json-12: reports of one run that differ in their domains are different reports") {
  CHECK(digests_of(with_policies({"a.example"})).identity != digests_of(with_policies({"b.example"})).identity);
}

TEST_CASE("the identity takes the policy domains as a set") {
  const Digest usual = digests_of(with_policies({"a.example", "b.example"})).identity;
  CHECK(digests_of(with_policies({"b.example", "a.example"})).identity == usual);
  CHECK(digests_of(with_policies({"b.example", "A.Example.", "a.example"})).identity == usual);
  CHECK(digests_of(with_policies({"a.example"})).identity != usual);
}

TEST_CASE("texts that run together differently have different digests") {
  const auto named = [](std::string_view organization, std::string_view id) {
    return with(report_with("\"Example Inc.\"", organization), "\"2024-02-22T00:00:00Z_company.example\"", id);
  };
  CHECK(digests_of(named("\"ab\"", "\"c\"")).identity != digests_of(named("\"a\"", "\"bc\"")).identity);
  CHECK(digests_of(named("\"a\"", "null")).identity != digests_of(named("null", "\"a\"")).identity);
  const auto hosts = [](std::string_view json) {
    return digests_of(report_with("[\"*.company.example\"]", json)).content;
  };
  CHECK(hosts("[\"ab\"]") != hosts("[\"a\",\"b\"]"));
  const auto helo = [](std::string_view from, std::string_view to) {
    return digests_of(report_with(from, to)).content;
  };
  CHECK(helo("\"receiving-mx-helo\": \"MX1\",", "") !=
        helo("\"additional-information\": \"https://sender.example/why\",", ""));
}

TEST_CASE("a policy's version is what it says, in whatever order") {
  Digester digester;
  Policy policy;
  policy.policy_string = {"3 1 1 aa", "3 1 1 bb"};
  const Digest version = digester.policy_version(policy);
  std::swap(policy.policy_string[0], policy.policy_string[1]);
  policy.mx_host = {"mx.a.example"};
  policy.total_failure_session_count = 1;
  CHECK(digester.policy_version(policy) == version);
  policy.policy_string.pop_back();
  CHECK(digester.policy_version(policy) != version);
}

TEST_CASE("policies are of one series if domain, reporter and type are the same, and among DANE's the MX") {
  Digester digester;
  Policy policy;
  policy.policy_type = "sts";
  policy.policy_domain = "a.example";
  const Digest series = digester.policy_series(policy, "a.example", "Org");
  CHECK(digester.policy_series(policy, "b.example", "Org") != series);
  CHECK(digester.policy_series(policy, "a.example", "Other") != series);
  CHECK(digester.policy_series(policy, "a.example", std::nullopt) != series);
  policy.policy_string = {"mode: testing"};
  policy.mx_host = {"mx1.a.example"};
  CHECK(digester.policy_series(policy, "a.example", "Org") == series);
  policy.policy_type = "tlsa";
  const Digest of_mx1 = digester.policy_series(policy, "a.example", "Org");
  CHECK(of_mx1 != series);
  policy.mx_host = {"mx2.a.example"};
  CHECK(digester.policy_series(policy, "a.example", "Org") != of_mx1);
  policy.policy_domain = "mx2.a.example";
  policy.mx_host.clear();
  CHECK(digester.policy_series(policy, "a.example", "Org") != of_mx1);
}

}  // namespace tlsrpt::parser::test

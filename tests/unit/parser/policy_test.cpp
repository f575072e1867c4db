#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support.hpp"

namespace tlsrpt::parser::test {
namespace {

using Texts = std::vector<std::string>;

constexpr std::string_view kPolicyString =
    R"("policy-string": ["version: STSv1", "mode: enforce", "mx: *.company.example", "max_age: 86400"])";
constexpr std::string_view kMxHost = R"("mx-host": ["*.company.example"])";
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

Policy policy_with(std::string_view from, std::string_view to) {
  return report_of(report_with(from, to)).report.policies.at(0);
}

Texts places_with(std::string_view from, std::string_view to) {
  return places(report_of(report_with(from, to)));
}

// As a JSON string.
std::string quoted(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    json += c;
  }
  return json + "\"";
}

}  // namespace

TEST_CASE("json-32: a policy without policy-domain is taken") {
  for (const char* const domain :
       {R"("policy-domain": "")", R"("policy-domain": null)", R"("policy-domain": ".")", R"("x": 1)"}) {
    CAPTURE(domain);
    const ParsedReport parsed = report_of(report_with(R"("policy-domain": "company.example")", domain));
    CHECK_FALSE(parsed.report.policies.at(0).policy_domain.has_value());
    CHECK(places(parsed) == Texts{"missing-policy-domain at /policies/0/policy/policy-domain"});
  }
}

TEST_CASE("json-33: a policy-domain is lower-cased, loses its dot, and becomes A-labels") {
  struct Row {
    const char* sent;
    const char* read;
  };
  for (const Row& row : {Row{"COMPANY.Example", "company.example"}, Row{"company.example.", "company.example"},
                         Row{"B\xC3\xBC"
                             "cher.example",
                             "xn--bcher-kva.example"},
                         Row{"xn--bcher-kva.example", "xn--bcher-kva.example"},
                         Row{"\xE4\xBE\x8B\xE3\x80\x82\xE4\xBE\x8B\xE3\x80\x82", "xn--fsq.xn--fsq"},
                         Row{"not a domain!", "not a domain!"}}) {
    CAPTURE(row.sent);
    const ParsedReport parsed = report_of(report_with(R"("company.example")", quoted(row.sent)));
    CHECK(parsed.report.policies.at(0).policy_domain == row.read);
    CHECK(codes(parsed) == Texts{});
  }
}

TEST_CASE("json-34: a tlsa policy may be for the recipient domain") {
  const ParsedReport parsed = report_of(report_with("\"sts\"", "\"tlsa\""));
  CHECK(parsed.report.policies.at(0).policy_type == "tlsa");
  CHECK(parsed.report.policies.at(0).policy_domain == "company.example");
  CHECK(codes(parsed) == Texts{});
}

TEST_CASE("json-35: a policy-string packed into one text is unpacked") {
  const std::string packed = R"(["3 1 1 AB","3 1 1 CD"])";
  const ParsedReport parsed = report_of(report_with(kPolicyString, "\"policy-string\": [" + quoted(packed) + "]"));
  CHECK(parsed.report.policies.at(0).policy_string == Texts{"3 1 1 AB", "3 1 1 CD"});
  CHECK(quotes(parsed) == Texts{"packed-policy-string at /policies/0/policy/policy-string/0: " + packed});

  const ParsedReport text = report_of(report_with(kPolicyString, "\"policy-string\": " + quoted(packed)));
  CHECK(text.report.policies.at(0).policy_string == Texts{"3 1 1 AB", "3 1 1 CD"});
  CHECK(places(text) == Texts{"policy-string-as-text at /policies/0/policy/policy-string",
                              "packed-policy-string at /policies/0/policy/policy-string"});

  const std::string twice = "[" + quoted(packed) + "]";
  CHECK(policy_with(kPolicyString, "\"policy-string\": [" + quoted(twice) + "]").policy_string ==
        Texts{"3 1 1 AB", "3 1 1 CD"});
}

TEST_CASE("json-35: what only looks packed is kept") {
  for (const char* const line : {"[", "[1]", "[[\"a\"]]", "[\"a\"", "[\"a\"] b", "[{}]"}) {
    CAPTURE(line);
    const ParsedReport parsed = report_of(report_with(kPolicyString, "\"policy-string\": [" + quoted(line) + "]"));
    CHECK(parsed.report.policies.at(0).policy_string == Texts{line});
    CHECK(codes(parsed) == Texts{});
  }
}

TEST_CASE("json-35: what is packed is mended like any other text") {
  const ParsedReport parsed =
      report_of(report_with(kPolicyString, "\"policy-string\": [" + quoted(R"(["a\u0000b","\udc00"])") + "]"));
  CHECK(parsed.report.policies.at(0).policy_string == Texts{"a\xEF\xBF\xBD"
                                                            "b",
                                                            "\xEF\xBF\xBD"});
  CHECK(codes(parsed) == Texts{"packed-policy-string", "nul-character", "lone-surrogate"});
}

TEST_CASE("json-36, json-44: policy-string and mx-host may be missing") {
  for (const char* const value :
       {R"("x": 0)", R"("policy-string": null)", R"("policy-string": [])", R"("policy-string": "")"}) {
    CAPTURE(value);
    const ParsedReport parsed = report_of(report_with(kPolicyString, value));
    CHECK(parsed.report.policies.at(0).policy_string.empty());
    CHECK(codes(parsed) == Texts{});
  }
  for (const char* const value : {R"("x": 0)", R"("mx-host": null)", R"("mx-host": [])", R"("mx-host": "")"}) {
    CAPTURE(value);
    const ParsedReport parsed = report_of(report_with(kMxHost, value));
    CHECK(parsed.report.policies.at(0).mx_host.empty());
    CHECK(codes(parsed) == Texts{});
  }
}

TEST_CASE("json-37: a policy-string that is one text is split into lines") {
  struct Row {
    const char* json;
    Texts lines;
  };
  const std::vector<Row> rows = {
      {R"("version: STSv1\r\nmode: enforce\r\n")", {"version: STSv1", "mode: enforce"}},
      {R"("3 1 1 AB; 3 1 1 CD")", {"3 1 1 AB", "3 1 1 CD"}},
      {R"(";;\n;")", {}},
      {R"("version: STSv1")", {"version: STSv1"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.json);
    const ParsedReport parsed = report_of(report_with(kPolicyString, std::string("\"policy-string\": ") + row.json));
    CHECK(parsed.report.policies.at(0).policy_string == row.lines);
    CHECK(places(parsed) == Texts{"policy-string-as-text at /policies/0/policy/policy-string"});
  }
}

TEST_CASE("json-38: lines lose their trailing white space") {
  const ParsedReport parsed = report_of(report_with(
      kPolicyString,
      R"("policy-string": ["version: STSv1\r", "mode: testing\r\n", "mx: mx1.company.example ", "", " "])"));
  CHECK(parsed.report.policies.at(0).policy_string ==
        Texts{"version: STSv1", "mode: testing", "mx: mx1.company.example"});
  CHECK(codes(parsed) == Texts{});
}

TEST_CASE("json-39, json-40, json-70: lines are kept in their order, broken or unusual as they are") {
  const ParsedReport parsed = report_of(report_with(
      kPolicyString, R"("policy-string": ["max_age: 1", "version: STSv1", "nmx: host", "2 1 1 E3B0C442"])"));
  CHECK(parsed.report.policies.at(0).policy_string ==
        Texts{"max_age: 1", "version: STSv1", "nmx: host", "2 1 1 E3B0C442"});
  CHECK(codes(parsed) == Texts{});
}

TEST_CASE("elements of policy-string that are no texts are noted") {
  const ParsedReport parsed =
      report_of(report_with(kPolicyString, R"("policy-string": ["a", 1, null, true, {}, ["b"], "c"])"));
  CHECK(parsed.report.policies.at(0).policy_string == Texts{"a", "1", "c"});
  CHECK(quotes(parsed) == Texts{"wrong-type at /policies/0/policy/policy-string/1: 1",
                                "wrong-type at /policies/0/policy/policy-string/3: true",
                                "wrong-type at /policies/0/policy/policy-string/4: an object",
                                "wrong-type at /policies/0/policy/policy-string/5: an array"});
}

TEST_CASE("json-41: mx-host may be one text") {
  const ParsedReport parsed = report_of(report_with(kMxHost, R"("mx-host": "*.Company.example")"));
  CHECK(parsed.report.policies.at(0).mx_host == Texts{"*.company.example"});
  CHECK(codes(parsed) == Texts{});
}

TEST_CASE("json-42: mx-host-pattern is another name for mx-host") {
  for (const char* const value :
       {R"("mx-host-pattern": "*.company.example")", R"("mx-host-pattern": ["*.company.example"])"}) {
    CAPTURE(value);
    const ParsedReport parsed = report_of(report_with(kMxHost, value));
    CHECK(parsed.report.policies.at(0).mx_host == Texts{"*.company.example"});
    CHECK(quotes(parsed) == Texts{"alias-key at /policies/0/policy/mx-host-pattern: mx-host-pattern"});
  }
}

TEST_CASE("json-42: another member's second name does not change what holds of one that comes twice") {
  const ParsedReport parsed = report_of(
      report_with(kMxHost, R"("mx-host-pattern": "a.example", "policy-domain": "b.example", "policy-domain": null)"));
  CHECK_FALSE(parsed.report.policies.at(0).policy_domain.has_value());
}

TEST_CASE("json-43: an mx-host loses the policy's key") {
  const ParsedReport parsed =
      report_of(report_with(kMxHost, R"("mx-host": ["mx: MX.company.example", "b.example", "MX:mx:  c.example."])"));
  CHECK(parsed.report.policies.at(0).mx_host == Texts{"mx.company.example", "b.example", "c.example"});
  CHECK(quotes(parsed) == Texts{"mx-host-prefix at /policies/0/policy/mx-host/0: mx: MX.company.example",
                                "mx-host-prefix at /policies/0/policy/mx-host/2: MX:mx:  c.example."});
}

TEST_CASE("mx-host patterns are normalised like domains") {
  CHECK(policy_with(kMxHost,
                    "\"mx-host\": [\"*.b\xC3\xBC"
                    "cher.example\"]")
            .mx_host == Texts{"*.xn--bcher-kva.example"});
}

TEST_CASE("json-45: policy types are lower-cased, unknown and missing ones noted") {
  CHECK(policy_with("\"sts\"", "\"STS\"").policy_type == "sts");
  CHECK(places_with("\"sts\"", "\"STS\"") == Texts{"not-lower-case at /policies/0/policy/policy-type"});
  CHECK(policy_with("\"sts\"", "\"dane\"").policy_type == "dane");
  CHECK(places_with("\"sts\"", "\"dane\"") == Texts{"unknown-policy-type at /policies/0/policy/policy-type"});
  CHECK(policy_with("\"sts\"", "\"no-policy-found\"").policy_type == "no-policy-found");
  CHECK(places_with("\"sts\"", "\"no-policy-found\"") == Texts{});
  CHECK_FALSE(policy_with("\"sts\"", "\"\"").policy_type.has_value());
  CHECK(places_with("\"sts\"", "null") == Texts{"missing-policy-type at /policies/0/policy/policy-type"});
}

TEST_CASE("json-46, json-47: the same policy may come again, with the same sessions") {
  const std::string entry = R"({"policy":{"policy-type":"no-policy-found","policy-domain":"a.example"},
      "summary":{"total-successful-session-count":3,"total-failure-session-count":0}})";
  const ParsedReport parsed = report_of(R"({"organization-name":"A","report-id":"1","date-range":
      {"start-datetime":"2024-02-22T00:00:00Z","end-datetime":"2024-02-22T23:59:59Z"},"policies":[)" +
                                        entry + "," + entry + "]}");
  REQUIRE(parsed.report.policies.size() == 2);
  CHECK(parsed.report.policies[0] == parsed.report.policies[1]);
  CHECK(codes(parsed) == Texts{});
}

TEST_CASE("json-48: missing counts are 0") {
  const std::string without = report_with(R"(, "total-failure-session-count": 2)", "");
  CHECK(report_of(without).report.policies.at(0).total_failure_session_count == 0);
  CHECK(report_of(without).report.policies.at(0).total_successful_session_count == 37);
  CHECK(places(report_of(without)) ==
        Texts{"missing-session-count at /policies/0/summary/total-failure-session-count"});
  CHECK(places_with("37", "null") ==
        Texts{"missing-session-count at /policies/0/summary/total-successful-session-count"});

  const std::string summary = R"("summary": {"total-successful-session-count": 37, "total-failure-session-count": 2})";
  for (const char* const value : {R"("x": 0)", R"("summary": null)"}) {
    CHECK(places_with(summary, value) == Texts{"missing-summary at /policies/0/summary"});
  }
  CHECK(places_with(summary, R"("summary": 7)") ==
        Texts{"wrong-type at /policies/0/summary", "missing-summary at /policies/0/summary"});
}

TEST_CASE("json-29, json-49, json-50, json-51: counts come as texts, with fractions, negative, and beyond 64 bits") {
  struct Row {
    const char* json;
    std::int64_t count;
    Texts codes;
  };
  const std::vector<Row> rows = {
      {"0", 0, {}},
      {"-0", 0, {}},
      {"4294967296", 4294967296, {}},
      {"9223372036854775807", kMost, {}},
      {"12.0", 12, {}},
      {"1e3", 1000, {}},
      {"1.5e1", 15, {}},
      {"\"42\"", 42, {"count-as-text"}},
      {"\" 42 \"", 42, {"count-as-text"}},
      {"3.7", 3, {"count-not-integer"}},
      {"-1", 0, {"negative-count"}},
      {"-1e400", 0, {"negative-count"}},
      {"9223372036854775808", kMost, {"clamped-count"}},
      {"1e30", kMost, {"clamped-count"}},
      {"1e400", kMost, {"clamped-count"}},
      {"1e999999999999", kMost, {"clamped-count"}},
      {"\"1e400\"", kMost, {"count-as-text", "clamped-count"}},
      {"\"many\"", 0, {"wrong-type"}},
      {"\"\"", 0, {"wrong-type"}},
      {"true", 0, {"wrong-type"}},
      {"[1]", 0, {"wrong-type", "missing-session-count"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.json);
    const ParsedReport parsed = report_of(report_with("37", row.json));
    CHECK(parsed.report.policies.at(0).total_successful_session_count == row.count);
    CHECK(codes(parsed) == row.codes);
  }
}

TEST_CASE("json-29: a number of hundreds of digits is one beyond 64 bits") {
  const ParsedReport parsed = report_of(report_with("37", std::string(1000, '9')));
  CHECK(parsed.report.policies.at(0).total_successful_session_count == kMost);
  CHECK(quotes(parsed) ==
        Texts{"clamped-count at /policies/0/summary/total-successful-session-count: " + std::string(256, '9')});
}

TEST_CASE("json-52, json-53: totals and details are kept as sent, whatever their sums") {
  const ParsedReport more =
      report_of(report_with(R"("total-failure-session-count": 2)", R"("total-failure-session-count": 0)"));
  CHECK(more.report.policies.at(0).total_failure_session_count == 0);
  CHECK(more.report.policies.at(0).failure_details.size() == 1);
  CHECK(codes(more) == Texts{});
  const ParsedReport fewer =
      report_of(report_with(R"("total-failure-session-count": 2)", R"("total-failure-session-count": 9)"));
  CHECK(fewer.report.policies.at(0).total_failure_session_count == 9);
  CHECK(fewer.report.policies.at(0).failure_details.at(0).failed_session_count == 2);
}

TEST_CASE("elements of policies that are no objects are noted and skipped") {
  const ParsedReport parsed = report_of(report_with("\"policies\": [", "\"policies\": [null, 1, \"x\", [], "));
  REQUIRE(parsed.report.policies.size() == 1);
  CHECK(parsed.report.policies[0].policy_domain == "company.example");
  CHECK(quotes(parsed) == Texts{"wrong-type at /policies/0: null", "wrong-type at /policies/1: 1",
                                "wrong-type at /policies/2: x", "wrong-type at /policies/3: an array"});
}

TEST_CASE("an entry of policies without a policy is taken for its counts") {
  const ParsedReport parsed = report_of(report_with("\"policy\": {", "\"policy\": null, \"other\": {"));
  CHECK(parsed.report.policies.at(0).total_successful_session_count == 37);
  CHECK(places(parsed) == Texts{"missing-policy-type at /policies/0/policy/policy-type",
                                "missing-policy-domain at /policies/0/policy/policy-domain"});
  CHECK(codes(report_of(report_with("\"policy\": {", "\"policy\": [], \"other\": {"))) ==
        Texts{"wrong-type", "missing-policy-type", "missing-policy-domain"});
}

}  // namespace tlsrpt::parser::test

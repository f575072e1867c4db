#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "parser/json.hpp"
#include "support.hpp"

namespace tlsrpt::parser::test {
namespace {

using Texts = std::vector<std::string>;

constexpr std::string_view kRange =
    R"({"start-datetime": "2024-02-22T00:00:00Z", "end-datetime": "2024-02-22T23:59:59Z"})";

std::string range_of(std::string_view payload) {
  const Report report = report_of(payload).report;
  return format_time(report.start_datetime) + " " + format_time(report.end_datetime);
}

std::string with_start(std::string_view json) {
  return report_with("\"2024-02-22T00:00:00Z\"", json);
}
std::string with_end(std::string_view json) {
  return report_with("\"2024-02-22T23:59:59Z\"", json);
}

}  // namespace

TEST_CASE("a report in RFC 8460's form has every field and no deviation") {
  const ParsedReport parsed = report_of(kReport);
  CHECK(codes(parsed) == Texts{});
  const Report& report = parsed.report;
  CHECK(report.organization_name == "Example Inc.");
  CHECK(format_time(report.start_datetime) == "2024-02-22T00:00:00Z");
  CHECK(format_time(report.end_datetime) == "2024-02-22T23:59:59Z");
  CHECK(report.contact_info == "tls@sender.example");
  CHECK(report.report_id == "2024-02-22T00:00:00Z_company.example");
  REQUIRE(report.policies.size() == 1);
  const Policy& policy = report.policies.front();
  CHECK(policy.policy_type == "sts");
  CHECK(policy.policy_string == Texts{"version: STSv1", "mode: enforce", "mx: *.company.example", "max_age: 86400"});
  CHECK(policy.policy_domain == "company.example");
  CHECK(policy.mx_host == Texts{"*.company.example"});
  CHECK(policy.total_successful_session_count == 37);
  CHECK(policy.total_failure_session_count == 2);
  REQUIRE(policy.failure_details.size() == 1);
  const FailureDetail& detail = policy.failure_details.front();
  CHECK(detail.result_type == "certificate-expired");
  CHECK(detail.sending_mta_ip == "198.51.100.62");
  CHECK(detail.receiving_mx_hostname == "mx1.company.example");
  CHECK(detail.receiving_mx_helo == "MX1");
  CHECK(detail.receiving_ip == "2001:db8::25");
  CHECK(detail.failed_session_count == 2);
  CHECK(detail.additional_information == "https://sender.example/why");
  CHECK(detail.failure_reason_code == "X509_V_ERR_CERT_HAS_EXPIRED");
}

TEST_CASE("json-1, json-5: dates come without zone, with an offset, and in other forms") {
  struct Row {
    const char* start;
    const char* read;
    Texts codes;
  };
  const std::vector<Row> rows = {
      {R"("2024-02-22T00:00:00")", "2024-02-22T00:00:00Z", {"date-without-zone"}},
      {R"("2024-02-22T01:00:00+02:00")", "2024-02-21T23:00:00Z", {}},
      {R"("2024-02-21T20:30:00-03:30")", "2024-02-22T00:00:00Z", {}},
      {R"("2024-02-22t00:00:00z")", "2024-02-22T00:00:00Z", {}},
      {R"("2024-02-22T00:00:00.000Z")", "2024-02-22T00:00:00Z", {}},
      {R"("2024-02-22T00:00:00.250Z")", "2024-02-22T00:00:00Z", {"fractional-seconds"}},
      {R"("2024-02-22T01:00:00+02")", "2024-02-21T23:00:00Z", {"date-format"}},
      {R"("2024-02-22 00:00:00+00")", "2024-02-22T00:00:00Z", {"date-format"}},
      {R"("2024-02-22 00:00:00Z")", "2024-02-22T00:00:00Z", {"date-format"}},
      {R"("2024-02-22 00:00:00")", "2024-02-22T00:00:00Z", {"date-without-zone", "date-format"}},
      {R"("2024-02-22")", "2024-02-22T00:00:00Z", {"date-format"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.start);
    const ParsedReport parsed = report_of(with_start(row.start));
    CHECK(format_time(parsed.report.start_datetime) == row.read);
    CHECK(codes(parsed) == row.codes);
  }
  CHECK(quotes(report_of(with_start(R"("2024-02-22T00:00:00")"))) ==
        Texts{"date-without-zone at /date-range/start-datetime: 2024-02-22T00:00:00"});
}

TEST_CASE("json-2, json-3: a range may end at midnight, last an hour, or last a week") {
  CHECK(range_of(with_end(R"("2024-02-23T00:00:00Z")")) == "2024-02-22T00:00:00Z 2024-02-23T00:00:00Z");
  CHECK(range_of(report_with(kRange,
                             R"({"start-datetime":"2024-02-22T10:17:03Z","end-datetime":"2024-02-22T11:17:03Z"})")) ==
        "2024-02-22T10:17:03Z 2024-02-22T11:17:03Z");
  CHECK(range_of(report_with(kRange,
                             R"({"start-datetime":"2024-02-22T10:17:03Z","end-datetime":"2024-02-29T10:17:03Z"})")) ==
        "2024-02-22T10:17:03Z 2024-02-29T10:17:03Z");
  CHECK(codes(report_of(with_end(R"("2024-02-23T00:00:00Z")"))) == Texts{});
}

TEST_CASE("a range given in days lasts to the end of its last day") {
  CHECK(range_of(report_with(kRange, R"({"start-datetime":"2024-02-22","end-datetime":"2024-02-23"})")) ==
        "2024-02-22T00:00:00Z 2024-02-23T23:59:59Z");
}

TEST_CASE("json-6: a reversed range is swapped, an identical one taken, an old one noted") {
  const ParsedReport reversed = report_of(
      report_with(kRange, R"({"start-datetime":"2024-02-23T00:00:00Z","end-datetime":"2024-02-22T00:00:00Z"})"));
  CHECK(format_time(reversed.report.start_datetime) == "2024-02-22T00:00:00Z");
  CHECK(format_time(reversed.report.end_datetime) == "2024-02-23T00:00:00Z");
  CHECK(quotes(reversed) == Texts{"reversed-date-range at /date-range: 2024-02-23T00:00:00Z to 2024-02-22T00:00:00Z"});

  CHECK(codes(report_of(report_with("23:59:59Z", "00:00:00Z"))) == Texts{});

  CHECK(quotes(report_of(with_start(R"("2015-12-31T23:59:59Z")"))) ==
        Texts{"implausible-date at /date-range: 2015-12-31T23:59:59Z to 2024-02-22T23:59:59Z"});
  CHECK(codes(report_of(with_start(R"("2016-01-01T00:00:00Z")"))) == Texts{});
  CHECK(codes(report_of(with_start(R"("1970-01-01T00:00:00Z")"))) == Texts{"implausible-date"});
}

TEST_CASE("json-6: a date without a sensible reading rejects the report") {
  for (const char* const date : {R"("yesterday")", "1708560000", "true", "{}", "[]", R"("2024-02-30T00:00:00Z")",
                                 R"("2024-13-01T00:00:00Z")", R"("0000-01-01T00:00:00Z")", R"("10000-01-01T00:00:00Z")",
                                 R"("0001-01-01T00:00:00+01:00")", R"("9999-12-31T23:59:59-00:01")"}) {
    CAPTURE(date);
    CHECK(outcome(with_end(date)) == "bad-date-range");
  }
  for (const char* const range : {"null", "{}", "[]", "7", R"("2024-02-22")"}) {
    CAPTURE(range);
    CHECK(outcome(report_with(kRange, range)) == "bad-date-range");
  }
  CHECK(outcome(report_with("\"date-range\"", "\"range\"")) == "bad-date-range");
}

TEST_CASE("a rejection for a date quotes it") {
  const std::vector<Finding> findings = read(with_end(R"("yesterday")"));
  CHECK(std::get<Rejection>(findings.at(0).what).detail == "the date-range cannot be read: yesterday");
}

TEST_CASE("one missing end of the range is set a day, less a second, from the other") {
  for (const char* const absent : {"null", "\"\"", "\" \""}) {
    CAPTURE(absent);
    CHECK(range_of(with_end(absent)) == "2024-02-22T00:00:00Z 2024-02-22T23:59:59Z");
    CHECK(range_of(with_start(absent)) == "2024-02-22T00:00:00Z 2024-02-22T23:59:59Z");
  }
  CHECK(places(report_of(with_end("null"))) == Texts{"missing-date at /date-range/end-datetime"});
  CHECK(places(report_of(with_start("null"))) == Texts{"missing-date at /date-range/start-datetime"});
}

TEST_CASE("json-8: contact-info may be null, missing or empty") {
  for (const char* const text : {"\"contact-info\": null", "\"x\": 1", "\"contact-info\": \"\""}) {
    CAPTURE(text);
    const ParsedReport parsed = report_of(report_with(R"("contact-info": "tls@sender.example")", text));
    CHECK_FALSE(parsed.report.contact_info.has_value());
    CHECK(codes(parsed) == Texts{});
  }
}

TEST_CASE("json-9: a missing organization-name is a deviation") {
  for (const char* const text :
       {"\"organization-name\": null", "\"x\": 1", "\"organization-name\": \"\"", "\"organization-name\": \" \""}) {
    CAPTURE(text);
    const ParsedReport parsed = report_of(report_with(R"("organization-name": "Example Inc.")", text));
    CHECK_FALSE(parsed.report.organization_name.has_value());
    CHECK(places(parsed) == Texts{"missing-organization-name at /organization-name"});
  }
}

TEST_CASE("a missing report-id is a deviation") {
  for (const char* const text : {R"("report-id": "")", R"("report-id": " ")"}) {
    CAPTURE(text);
    const ParsedReport parsed = report_of(report_with(R"("report-id": "2024-02-22T00:00:00Z_company.example")", text));
    CHECK_FALSE(parsed.report.report_id.has_value());
    CHECK(places(parsed) == Texts{"missing-report-id at /report-id"});
  }
}

TEST_CASE("json-10, json-11, json-13, json-14: organization and report-id are opaque texts") {
  for (const char* const id : {"2024-02-22T00:00:00Z_example.org", "2024-02-22T00:00:00Z_idx1_example.org",
                               "133925885310113267+example.org", "1234567890+", "1705_18446744073709551615",
                               "b28254de-7b2e-be36-bb5c-4c3b92da8b25@mail.example", "../../etc/passwd"}) {
    CAPTURE(id);
    const ParsedReport parsed = report_of(report_with("2024-02-22T00:00:00Z_company.example", id));
    CHECK(parsed.report.report_id == id);
    CHECK(codes(parsed) == Texts{});
  }
  CHECK(report_of(report_with("Example Inc.", "mx.host.example")).report.organization_name == "mx.host.example");
}

TEST_CASE("a number where a text belongs is taken as its text") {
  const ParsedReport parsed = report_of(report_with(R"("2024-02-22T00:00:00Z_company.example")", "133925885310113267"));
  CHECK(parsed.report.report_id == "133925885310113267");
  CHECK(quotes(parsed) == Texts{"wrong-type at /report-id: 133925885310113267"});
}

TEST_CASE("an object, an array or a truth value where a text belongs is none") {
  struct Row {
    const char* json;
    const char* quote;
  };
  for (const Row& row : {Row{"{\"a\": [1]}", "an object"}, Row{"[\"a\"]", "an array"}, Row{"true", "true"}}) {
    CAPTURE(row.json);
    const ParsedReport parsed = report_of(report_with(R"("tls@sender.example")", row.json));
    CHECK_FALSE(parsed.report.contact_info.has_value());
    CHECK(quotes(parsed) == Texts{std::string("wrong-type at /contact-info: ") + row.quote});
  }
}

TEST_CASE("json-18: policies may be empty, missing, null or a single object") {
  const auto with_policies = [](std::string_view policies) {
    return std::string(R"({"organization-name":"A","report-id":"1","date-range":)").append(kRange).append(policies) +
           "}";
  };
  const auto read_policies = [&](std::string_view policies) { return report_of(with_policies(policies)); };
  CHECK(places(read_policies(R"(,"policies":[])")) == Texts{"empty-policies at /policies"});
  CHECK(places(read_policies("")) == Texts{"missing-policies at /policies"});
  CHECK(places(read_policies(R"(,"policies":null)")) == Texts{"missing-policies at /policies"});

  const ParsedReport single = read_policies(
      R"(,"policies":{"policy":{"policy-type":"STS","policy-domain":"a.example"},
          "summary":{"total-successful-session-count":1,"total-failure-session-count":0}})");
  REQUIRE(single.report.policies.size() == 1);
  CHECK(single.report.policies[0].policy_domain == "a.example");
  CHECK(places(single) ==
        Texts{"object-instead-of-array at /policies", "not-lower-case at /policies/policy/policy-type"});

  CHECK(outcome(with_policies(R"(,"policies":"yes")")) == "bad-structure");
  CHECK(outcome(with_policies(R"(,"policies":true)")) == "bad-structure");
  CHECK(outcome(with_policies(R"(,"policies":1)")) == "bad-structure");
}

TEST_CASE("json-20, json-21: neither the order of keys nor white space matters") {
  const ParsedReport usual = report_of(kReport);
  const ParsedReport turned = report_of(R"({"policies":[{"failure-details":[{"failure-reason-code":
    "X509_V_ERR_CERT_HAS_EXPIRED","additional-information":"https://sender.example/why","failed-session-count":2,
    "receiving-ip":"2001:db8::25","receiving-mx-helo":"MX1","receiving-mx-hostname":"mx1.company.example",
    "sending-mta-ip":"198.51.100.62","result-type":"certificate-expired"}],"summary":{"total-failure-session-count":2,
    "total-successful-session-count":37},"policy":{"mx-host":["*.company.example"],"policy-domain":"company.example",
    "policy-string":["version: STSv1","mode: enforce","mx: *.company.example","max_age: 86400"],"policy-type":"sts"}}],
    "report-id":"2024-02-22T00:00:00Z_company.example","contact-info":"tls@sender.example","date-range":
    {"end-datetime":"2024-02-22T23:59:59Z","start-datetime":"2024-02-22T00:00:00Z"},"organization-name":"Example Inc."})");
  CHECK(turned.report == usual.report);
  CHECK(turned.content == usual.content);
  CHECK(turned.identity == usual.identity);
  CHECK(codes(turned) == Texts{});
}

TEST_CASE("json-26: white space behind a report is nothing, anything else a deviation") {
  for (const char* const tail : {"", "\n", " \r\n\t\n"})
    CHECK(codes(report_of(std::string(kReport) + tail)) == Texts{});
  for (const std::string& tail :
       {std::string("garbage"), std::string("--\nThe list's footer"), std::string("{}"), std::string("\0\0", 2),
        std::string("}"), std::string("\"open"), std::string("{\"a\":"), std::string("[1, 2]")}) {
    CAPTURE(tail);
    const ParsedReport parsed = report_of(std::string(kReport) + "\n" + tail);
    CHECK(parsed.report == report_of(kReport).report);
    CHECK(codes(parsed) == Texts{"trailing-data"});
  }
  CHECK(quotes(report_of(std::string(kReport) + "\n-- \nfooter")) == Texts{"trailing-data at : -- \nfooter"});
}

TEST_CASE("json-26: what follows JSON that is no report does not make it one") {
  for (const char* const text : {"[] x", "[][]", "{} {}", "{}{\"a\":1}[]", "[1] ]"}) {
    CAPTURE(std::string(text));
    CHECK(outcome(text) == "ignored");
  }
}

TEST_CASE("json-26: a second report behind the first is taken too") {
  const std::string two = std::string(kReport) + "\n" + report_with("37", "41");
  CHECK(outcomes(two) == Texts{"#1 report", "#2 report"});
  const std::vector<Finding> findings = read(two);
  CHECK(std::get<ParsedReport>(findings[0].what).report.policies[0].total_successful_session_count == 37);
  CHECK(std::get<ParsedReport>(findings[1].what).report.policies[0].total_successful_session_count == 41);
  CHECK(outcomes(std::string(kReport) + with_end("1")) == Texts{"#1 report", "#2 bad-date-range"});
  CHECK(outcomes(two + "x") == Texts{"#1 report", "#2 report"});
  CHECK(outcomes("{}" + std::string(kReport)) == Texts{"#1 not-a-report", "#2 report"});
}

TEST_CASE("json-26: a second report that is cut short is not lost without a word") {
  const std::string cut = std::string(kReport) + std::string(kReport.substr(0, kReport.size() - 20));
  CHECK(outcomes(cut) == Texts{"#1 report", "#2 bad-json"});
}

TEST_CASE("json-27: of duplicate keys the last one holds") {
  const ParsedReport name =
      report_of(report_with(R"("contact-info": "tls@sender.example")", R"("organization-name": "B")"));
  CHECK(name.report.organization_name == "B");
  CHECK(places(name) == Texts{"duplicate-key at /organization-name"});

  const ParsedReport gone =
      report_of(report_with(R"("contact-info": "tls@sender.example")", R"("organization-name": null)"));
  CHECK_FALSE(gone.report.organization_name.has_value());
  CHECK(codes(gone) == Texts{"duplicate-key", "missing-organization-name"});
}

TEST_CASE("json-27: an object or array that comes again replaces the former one wholly") {
  const ParsedReport parsed = report_of(with(kReport, "    }]\n  }]\n}", R"(    }],
      "failure-details": [],
      "policy": {"policy-type": "tlsa", "policy-domain": "b.example"},
      "summary": {"total-failure-session-count": 5}
    }],
    "date-range": {"start-datetime": "2024-03-01T00:00:00Z"}
  })"));
  const Policy& policy = parsed.report.policies.at(0);
  CHECK(policy.failure_details.empty());
  CHECK(policy.policy_type == "tlsa");
  CHECK(policy.policy_domain == "b.example");
  CHECK(policy.policy_string.empty());
  CHECK(policy.mx_host.empty());
  CHECK(policy.total_failure_session_count == 5);
  CHECK(policy.total_successful_session_count == 0);
  CHECK(format_time(parsed.report.end_datetime) == "2024-03-01T23:59:59Z");
  CHECK(places(parsed) == Texts{"duplicate-key at /policies/0/failure-details", "duplicate-key at /policies/0/policy",
                                "duplicate-key at /policies/0/summary",
                                "missing-session-count at /policies/0/summary/total-successful-session-count",
                                "duplicate-key at /date-range", "missing-date at /date-range/end-datetime"});
}

TEST_CASE("json-27: policies that come again replace the former ones") {
  const std::string twice = with(kReport, "    }]\n  }]\n}", R"(    }]
    }],
    "policies": [{"policy": {"policy-type": "sts", "policy-domain": "c.example"},
                  "summary": {"total-successful-session-count": 1, "total-failure-session-count": 0}}]
  })");
  const ParsedReport parsed = report_of(twice);
  REQUIRE(parsed.report.policies.size() == 1);
  CHECK(parsed.report.policies[0].policy_domain == "c.example");
  CHECK(codes(parsed) == Texts{"duplicate-key"});
}

TEST_CASE("json-28: unknown members are skipped, whatever is in them") {
  const ParsedReport parsed = report_of(
      report_with(R"("contact-info")",
                  R"("x": {"policies": [{"a": [1, 2, {"report-id": "no"}]}], "report-id": 7}, "contact-info")"));
  CHECK(parsed.report == report_of(kReport).report);
  CHECK(codes(parsed) == Texts{});
}

TEST_CASE("json-29: NaN and Infinity are no JSON") {
  CHECK(outcome(report_with("37", "NaN")) == "bad-json");
  CHECK(outcome(report_with("37", "Infinity")) == "bad-json");
  CHECK(outcome(report_with("37", "-Infinity")) == "bad-json");
}

TEST_CASE("json-30: reports in an array are taken one by one") {
  const std::string wrapped = "[" + std::string(kReport) + "]";
  CHECK(outcomes(wrapped) == Texts{"#1 report"});
  const std::vector<Finding> findings = read(wrapped);
  const auto& parsed = std::get<ParsedReport>(findings.at(0).what);
  CHECK(parsed.report == report_of(kReport).report);
  CHECK(parsed.content == report_of(kReport).content);
  CHECK(places(parsed) == Texts{"wrapped-in-array at "});
  CHECK(as_sent(parsed) == kReport);

  CHECK(outcomes("[" + std::string(kReport) + "," + with_end("\"no\"") + ",7,{}," + std::string(kReport) + "]") ==
        Texts{"#1 report", "#2 bad-date-range", "#3 not-a-report", "#4 not-a-report", "#5 report"});
}

TEST_CASE("json-30: pointers into a wrapped report start at the report") {
  const std::vector<Finding> findings = read("[7," + report_with("\"sts\"", "\"dane\"") + "]");
  CHECK(places(std::get<ParsedReport>(findings.at(1).what)) ==
        Texts{"wrapped-in-array at ", "unknown-policy-type at /policies/0/policy/policy-type"});
}

TEST_CASE("json-30: a syntax error in an array keeps what was complete") {
  CHECK(outcomes("[" + std::string(kReport) + ", {\"report-id\": }]") == Texts{"#1 report", "#2 bad-json"});
  CHECK(outcomes("[" + std::string(kReport)) == Texts{"#1 report", "#2 bad-json"});
}

TEST_CASE("json-31: a report that is cut anywhere is never taken") {
  for (std::size_t length = 1; length < kReport.size(); ++length) {
    CAPTURE(length);
    CHECK(outcome(kReport.substr(0, length)) == "bad-json");
  }
}

TEST_CASE("JSON that holds nothing of a report is no report") {
  for (const char* const text :
       {"{}", "[]", "[1,2,3]", "null", "true", "42", "\"text\"", R"({"policies": []})", R"({"policies": "yes"})",
        R"({"organization-name": "A", "contact-info": "B", "report-id": "C"})", R"({"date-range": {}})", "[[]]",
        R"([{"a": 1}, null])", R"({"a": {"date-range": {}, "policies": []}})"}) {
    CAPTURE(text);
    CHECK(outcome(text) == "ignored");
  }
}

TEST_CASE("an object that is a report by its members, and broken, is rejected") {
  CHECK(outcome(R"({"policies": [], "report-id": "1"})") == "bad-date-range");
  CHECK(outcome(R"({"date-range": 7, "organization-name": "A"})") == "bad-date-range");
  CHECK(outcome(R"({"policies": "yes", "date-range": {}})") == "bad-structure");
}

}  // namespace tlsrpt::parser::test

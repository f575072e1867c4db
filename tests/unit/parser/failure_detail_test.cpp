#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support.hpp"

namespace tlsrpt::parser::test {
namespace {

using Texts = std::vector<std::string>;

FailureDetail detail_with(std::string_view from, std::string_view to) {
  return report_of(report_with(from, to)).report.policies.at(0).failure_details.at(0);
}

Texts places_with(std::string_view from, std::string_view to) {
  return places(report_of(report_with(from, to)));
}

}  // namespace

TEST_CASE("json-54: failure-details may be empty, null, missing or a single object") {
  const auto with_details = [](std::string_view member) {
    return report_of(R"({"organization-name":"A","report-id":"1","date-range":{"start-datetime":"2024-02-22T00:00:00Z",
        "end-datetime":"2024-02-22T23:59:59Z"},"policies":[{"policy":{"policy-type":"sts","policy-domain":"a.example"},
        "summary":{"total-successful-session-count":1,"total-failure-session-count":0})" +
                     std::string(member) + "}]}");
  };
  for (const char* const member : {"", R"(,"failure-details":[])", R"(,"failure-details":null)"}) {
    CAPTURE(member);
    const ParsedReport parsed = with_details(member);
    CHECK(parsed.report.policies.at(0).failure_details.empty());
    CHECK(codes(parsed) == Texts{});
  }
  const ParsedReport single =
      with_details(R"(,"failure-details":{"result-type":"tlsa-invalid","failed-session-count":3})");
  REQUIRE(single.report.policies.at(0).failure_details.size() == 1);
  CHECK(single.report.policies[0].failure_details[0].result_type == "tlsa-invalid");
  CHECK(single.report.policies[0].failure_details[0].failed_session_count == 3);
  CHECK(places(single) == Texts{"object-instead-of-array at /policies/0/failure-details"});
  CHECK(places(with_details(R"(,"failure-details":"none")")) == Texts{"wrong-type at /policies/0/failure-details"});
}

TEST_CASE("json-55: addresses and hosts may be missing, null or empty") {
  for (const char* const value :
       {R"("receiving-ip": null)", R"("receiving-ip": "")", R"("receiving-ip": " ")", R"("x": 1)"}) {
    CAPTURE(value);
    const ParsedReport parsed = report_of(report_with(R"("receiving-ip": "2001:db8::25")", value));
    CHECK_FALSE(parsed.report.policies.at(0).failure_details.at(0).receiving_ip.has_value());
    CHECK(codes(parsed) == Texts{});
  }
  CHECK_FALSE(detail_with("\"198.51.100.62\"", "null").sending_mta_ip.has_value());
  CHECK_FALSE(detail_with("\"mx1.company.example\"", "null").receiving_mx_hostname.has_value());
}

TEST_CASE("json-56, json-57: addresses are normalised, and left out where they are none") {
  struct Row {
    const char* sent;
    std::optional<std::string> read;
    Texts codes;
  };
  const std::vector<Row> rows = {
      {"192.0.2.1", "192.0.2.1", {}},
      {"2001:db8:abcd:0012::1", "2001:db8:abcd:12::1", {}},
      {"2001:DB8::0:1", "2001:db8::1", {}},
      {"::ffff:192.0.2.1", "192.0.2.1", {}},
      {"::FFFF:c000:0201", "192.0.2.1", {}},
      {"[192.0.2.1]", "192.0.2.1", {"address-decoration"}},
      {"192.0.2.1:25", "192.0.2.1", {"address-decoration"}},
      {"[2001:db8::1]:25", "2001:db8::1", {"address-decoration"}},
      {"[IPv6:2001:db8::1]", "2001:db8::1", {"address-decoration"}},
      {"fe80::1%eth0", "fe80::1", {"address-decoration"}},
      {" 192.0.2.1 ", "192.0.2.1", {"address-decoration"}},
      {"192.000.002.001", "192.0.2.1", {"padded-address"}},
      {"010.0.0.1", "10.0.0.1", {"padded-address"}},
      {"mx.example", std::nullopt, {"invalid-address"}},
      {"192.0.2.256", std::nullopt, {"invalid-address"}},
      {"192.0.2", std::nullopt, {"invalid-address"}},
      {"0192.0.2.1.1", std::nullopt, {"invalid-address"}},
      {"192.0.2.1/24", std::nullopt, {"invalid-address"}},
      {"[192.0.2.1", std::nullopt, {"invalid-address"}},
      {"[192.0.2.1]:x", std::nullopt, {"invalid-address"}},
      {"2001:db8::g", std::nullopt, {"invalid-address"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.sent);
    const ParsedReport parsed = report_of(report_with("2001:db8::25", row.sent));
    CHECK(parsed.report.policies.at(0).failure_details.at(0).receiving_ip == row.read);
    CHECK(codes(parsed) == row.codes);
  }
  CHECK(quotes(report_of(report_with("198.51.100.62", "mx.example"))) ==
        Texts{"invalid-address at /policies/0/failure-details/0/sending-mta-ip: mx.example"});
  CHECK(codes(report_of(report_with("198.51.100.62", std::string(60'000, ':')))) == Texts{"invalid-address"});
}

TEST_CASE("json-58, json-59, json-60, json-61: a failure-reason-code is kept as sent") {
  for (const char* const code :
       {"unable to do http request: Get 'https://mta-sts.a.example': context deadline exceeded", "MX_HOSTS_MISMATCH",
        "4.7.5 [internal] SSL certificate subject does not match host", "tls-remote-alert-70-protocol-version",
        "go-x509-invalid-reason-4", "bad https response code: 404"}) {
    CAPTURE(code);
    CHECK(detail_with("X509_V_ERR_CERT_HAS_EXPIRED", code).failure_reason_code == code);
  }
  CHECK(detail_with("X509_V_ERR_CERT_HAS_EXPIRED", std::string(4097, 'x')).failure_reason_code ==
        std::string(4097, 'x'));
}

TEST_CASE("json-62, json-63: members by the names that others read") {
  const ParsedReport reason = report_of(report_with("\"failure-reason-code\"", "\"failure-error-code\""));
  CHECK(reason.report.policies.at(0).failure_details.at(0).failure_reason_code == "X509_V_ERR_CERT_HAS_EXPIRED");
  CHECK(quotes(reason) == Texts{"alias-key at /policies/0/failure-details/0/failure-error-code: failure-error-code"});
  const ParsedReport uri = report_of(report_with("\"additional-information\"", "\"additional-info-uri\""));
  CHECK(uri.report.policies.at(0).failure_details.at(0).additional_information == "https://sender.example/why");
  CHECK(codes(uri) == Texts{"alias-key"});
}

TEST_CASE("json-62, json-63: of both names the one that says something holds") {
  const auto both = [](std::string_view name, std::string_view more) {
    return report_of(report_with(std::string(name), std::string(more).append(", ").append(name)))
        .report.policies.at(0)
        .failure_details.at(0);
  };
  CHECK(both("\"failure-reason-code\"", R"("failure-error-code": null)").failure_reason_code ==
        "X509_V_ERR_CERT_HAS_EXPIRED");
  const auto behind = [](std::string_view value, std::string_view more) {
    return report_of(report_with(std::string(value), std::string(value).append(", ").append(more)))
        .report.policies.at(0)
        .failure_details.at(0);
  };
  CHECK(behind(R"("X509_V_ERR_CERT_HAS_EXPIRED")", R"("failure-error-code": "")").failure_reason_code ==
        "X509_V_ERR_CERT_HAS_EXPIRED");
  CHECK(behind(R"("X509_V_ERR_CERT_HAS_EXPIRED")", R"("failure-error-code": "X")").failure_reason_code == "X");
  CHECK(behind(R"("https://sender.example/why")", R"("additional-info-uri": null)").additional_information ==
        "https://sender.example/why");
}

TEST_CASE("json-64: additional-information need not be a URI") {
  for (const char* const text : {"https://x/ report ? id = 1 ", "cert expired"}) {
    CHECK(detail_with("https://sender.example/why", text).additional_information == text);
  }
}

TEST_CASE("json-64: a URI that was wrapped in the middle of its string is taken as it stands") {
  const ParsedReport parsed = report_of(report_with("https://sender.example/why", "https://sender.example/\n\twhy"));
  CHECK(parsed.report.policies.at(0).failure_details.at(0).additional_information == "https://sender.example/\n\twhy");
  CHECK(places(parsed) == Texts{"control-character at /policies/0/failure-details/0/additional-information"});
}

TEST_CASE("json-65: receiving-mx-helo is kept as sent") {
  CHECK(detail_with("\"MX1\"", "\"Mx1.Company.Example.\"").receiving_mx_helo == "Mx1.Company.Example.");
}

TEST_CASE("json-66: unknown result types are kept, missing ones noted") {
  CHECK(detail_with("certificate-expired", "tls-of-the-future").result_type == "tls-of-the-future");
  CHECK(places_with("certificate-expired", "tls-of-the-future") == Texts{});
  CHECK(detail_with("certificate-expired", "Certificate-Expired").result_type == "certificate-expired");
  CHECK(places_with("certificate-expired", "Certificate-Expired") ==
        Texts{"not-lower-case at /policies/0/failure-details/0/result-type"});
  for (const char* const value : {R"("result-type": null)", R"("result-type": "")", R"("x": 1)"}) {
    CAPTURE(value);
    CHECK(detail_with(R"("result-type": "certificate-expired")", value).result_type == "unknown");
    CHECK(places_with(R"("result-type": "certificate-expired")", value) ==
          Texts{"missing-result-type at /policies/0/failure-details/0/result-type"});
  }
}

TEST_CASE("json-67: a missing failed-session-count is 1") {
  for (const char* const value : {R"("failed-session-count": null)", R"("x": 1)"}) {
    CAPTURE(value);
    CHECK(detail_with(R"("failed-session-count": 2)", value).failed_session_count == 1);
    CHECK(places_with(R"("failed-session-count": 2)", value) ==
          Texts{"missing-failed-session-count at /policies/0/failure-details/0/failed-session-count"});
  }
  CHECK(detail_with(R"("failed-session-count": 2)", R"("failed-session-count": "some")").failed_session_count == 1);
  CHECK(detail_with(R"("failed-session-count": 2)", R"("failed-session-count": 0)").failed_session_count == 0);
  CHECK(detail_with(R"("failed-session-count": 2)", R"("failed-session-count": 9223372036854775808)")
            .failed_session_count == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("json-68: a receiving-mx-hostname is lower-cased and loses its dot") {
  CHECK(detail_with("\"mx1.company.example\"", "\"MX1.Company.Example.\"").receiving_mx_hostname ==
        "mx1.company.example");
  CHECK(places_with("\"mx1.company.example\"", "\"MX1.Company.Example.\"") == Texts{});
}

TEST_CASE("json-69: details may overlap; none is changed for it") {
  const ParsedReport parsed = report_of(
      report_with("\"failure-details\": [",
                  "\"failure-details\": [{\"result-type\":\"validation-failure\",\"failed-session-count\":2},"));
  const std::vector<FailureDetail>& details = parsed.report.policies.at(0).failure_details;
  REQUIRE(details.size() == 2);
  CHECK(details[0].failed_session_count == 2);
  CHECK(details[1].failed_session_count == 2);
  CHECK(codes(parsed) == Texts{});
}

TEST_CASE("elements of failure-details that are no objects are noted and skipped") {
  const ParsedReport parsed = report_of(report_with("\"failure-details\": [", "\"failure-details\": [null, \"x\", "));
  CHECK(parsed.report.policies.at(0).failure_details.size() == 1);
  CHECK(places(parsed) ==
        Texts{"wrong-type at /policies/0/failure-details/0", "wrong-type at /policies/0/failure-details/1"});
}

}  // namespace tlsrpt::parser::test

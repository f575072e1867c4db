#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "parser/json.hpp"
#include "support.hpp"

namespace tlsrpt::parser::test {
namespace {

std::string print(const Report& report) {
  JsonWriter json;
  json.value(report);
  return json.take();
}

std::string print_text(std::string_view text) {
  JsonWriter json;
  json.value(text);
  return json.take();
}

}  // namespace

TEST_CASE("commas stand where they belong") {
  JsonWriter json;
  json.begin_object();
  json.key("a").value("x").key("b").begin_array().value(std::int64_t{1}).value(true).null().begin_object().end_object();
  json.end_array().key("c").begin_array().end_array().key("d").value(false).end_object();
  CHECK(json.take() == R"({"a":"x","b":[1,true,null,{}],"c":[],"d":false})");
  json.begin_array().begin_array().end_array().begin_array().end_array().end_array();
  CHECK(json.take() == "[[],[]]");
}

TEST_CASE("a writer with a sink hands its text out in pieces, in order") {
  std::vector<std::string> pieces;
  JsonWriter json([&pieces](std::string_view text) { pieces.emplace_back(text); });
  std::string expected;
  json.begin_array();
  for (char c = 'a'; c <= 'z'; ++c) {
    json.value(std::string(10'000, c));
    expected.append(expected.empty() ? "[\"" : ",\"").append(10'000, c).append("\"");
  }
  json.end_array();
  CHECK(pieces.size() == 3);
  pieces.push_back(json.take());
  CHECK(pieces[0] + pieces[1] + pieces[2] + pieces[3] == expected + "]");
  CHECK(json.take().empty());
}

TEST_CASE("numbers are printed in full, and what is no number as null") {
  JsonWriter json;
  json.begin_array();
  json.value(std::numeric_limits<std::int64_t>::min()).value(std::numeric_limits<std::int64_t>::max());
  json.value(0.25).value(std::numeric_limits<double>::infinity()).value(std::numeric_limits<double>::quiet_NaN());
  json.end_array();
  CHECK(json.take() == "[-9223372036854775808,9223372036854775807,0.25,null,null]");
}

TEST_CASE("texts are escaped so that no terminal obeys them") {
  CHECK(print_text("a\"b\\c/") == R"("a\"b\\c/")");
  CHECK(print_text("\n\r\t") == R"("\n\r\t")");
  CHECK(print_text(std::string("\0\x01\x1B[2J\x7F", 7)) == R"("\u0000\u0001\u001b[2J\u007f")");
  CHECK(print_text("\xC2\x9B"
                   "2J") == R"("\u009b2J")");                                              // C1
  CHECK(print_text("\xE2\x80\xA8\xE2\x80\xAE\xE2\x81\xA6") == R"("\u2028\u202e\u2066")");  // line separator, bidi
  CHECK(print_text("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80") == "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"");
}

TEST_CASE("bytes that are not UTF-8 are printed as U+FFFD") {
  CHECK(print_text("a\xFF"
                   "b\xC3") ==
        "\"a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD\"");
  CHECK(print_text("\xEF\xBF\xBD") == "\"\xEF\xBF\xBD\"");
}

TEST_CASE("times are printed in UTC to the second") {
  using std::chrono::sys_days;
  using std::chrono::year;
  CHECK(format_time(sys_days{year{2024} / 2 / 22}) == "2024-02-22T00:00:00Z");
  CHECK(format_time(sys_days{year{1} / 1 / 1} + std::chrono::seconds{3661}) == "0001-01-01T01:01:01Z");
  CHECK(format_time(sys_days{year{1969} / 12 / 31} + std::chrono::seconds{86399}) == "1969-12-31T23:59:59Z");
  CHECK(format_time(sys_days{year{9999} / 12 / 31} + std::chrono::seconds{86399}) == "9999-12-31T23:59:59Z");
  CHECK(format_time(sys_days{year{10000} / 1 / 1}) == "9999-12-31T23:59:59Z");
  CHECK(format_time(sys_days{year{0} / 1 / 1} - std::chrono::seconds{1}) == "0000-01-01T00:00:00Z");
}

TEST_CASE("a report is printed in RFC 8460's own shape") {
  CHECK(print(report_of(kReport).report) ==
        R"({"organization-name":"Example Inc.",)"
        R"("date-range":{"start-datetime":"2024-02-22T00:00:00Z","end-datetime":"2024-02-22T23:59:59Z"},)"
        R"("contact-info":"tls@sender.example","report-id":"2024-02-22T00:00:00Z_company.example",)"
        R"("policies":[{"policy":{"policy-type":"sts","policy-string":)"
        R"(["version: STSv1","mode: enforce","mx: *.company.example","max_age: 86400"],)"
        R"("policy-domain":"company.example","mx-host":["*.company.example"]},)"
        R"("summary":{"total-successful-session-count":37,"total-failure-session-count":2},)"
        R"("failure-details":[{"result-type":"certificate-expired","sending-mta-ip":"198.51.100.62",)"
        R"("receiving-mx-hostname":"mx1.company.example","receiving-mx-helo":"MX1","receiving-ip":"2001:db8::25",)"
        R"("failed-session-count":2,"additional-information":"https://sender.example/why",)"
        R"("failure-reason-code":"X509_V_ERR_CERT_HAS_EXPIRED"}]}]})");
}

TEST_CASE("absent fields are left out, arrays and counts are always there") {
  Report report;
  CHECK(
      print(report) ==
      R"({"date-range":{"start-datetime":"1970-01-01T00:00:00Z","end-datetime":"1970-01-01T00:00:00Z"},"policies":[]})");
  report.policies.emplace_back();
  report.policies[0].failure_details.push_back({.result_type = "unknown", .failed_session_count = 1});
  CHECK(print(report) ==
        R"({"date-range":{"start-datetime":"1970-01-01T00:00:00Z","end-datetime":"1970-01-01T00:00:00Z"},"policies":[)"
        R"({"policy":{"policy-string":[],"mx-host":[]},)"
        R"("summary":{"total-successful-session-count":0,"total-failure-session-count":0},)"
        R"("failure-details":[{"result-type":"unknown","failed-session-count":1}]}]})");
}

TEST_CASE("a deviation is printed with its code, place and quotation") {
  JsonWriter json;
  json.value(Deviation{DeviationCode::kClampedCount, "/policies/0", "1e30"});
  CHECK(json.take() == R"({"code":"clamped-count","pointer":"/policies/0","detail":"1e30"})");
}

TEST_CASE("what is printed reads back as the same report, without a deviation of the printing's own") {
  const std::vector<std::string> texts = {
      std::string(kReport),
      report_with("Example Inc.", "\\u0001 \\\" \\\\ \\u009b \\u202e \\ud83d\\ude00 \xFF"),
      report_with("[\"version: STSv1\", \"mode: enforce\", \"mx: *.company.example\", \"max_age: 86400\"]",
                  R"([" [[\"a\"]]\r"])"),
      report_with("[\"*.company.example\"]", R"(["mx: MX:a.example..", " ", "mx:mx:b", "\uff4d\uff58:c.example"])"),
      report_with("\"company.example\"", "\" . COMPANY .example. . \""),
      report_with("\"company.example\"", "\"XN--\xC3\x84.example\""),
      report_with("37", "1e400"),
      report_with("\"2024-02-22T23:59:59Z\"", "\"9999-12-31T23:59:60Z\""),
  };
  for (const std::string& text : texts) {
    CAPTURE(text);
    const ParsedReport first = report_of(text);
    const std::string printed = print(first.report);
    const ParsedReport second = report_of(printed);
    CHECK(second.report == first.report);
    CHECK(second.content == first.content);
    CHECK(second.identity == first.identity);
    CHECK(codes(second) == std::vector<std::string>{});
    CHECK(print(second.report) == printed);
  }
}

}  // namespace tlsrpt::parser::test

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "collector/print/printer.hpp"

using namespace tlsrpt;
using namespace tlsrpt::collector;
using Format = ParseOptions::Format;

namespace {

constexpr std::size_t kWidth = 100;

parser::Time at(int day, int second_of_day) {
  using namespace std::chrono;
  return sys_days{year{2031} / February / day} + seconds{second_of_day};
}

constexpr int kLastSecond = 86399;

parser::FailureDetail expired() {
  return {.result_type = "certificate-expired",
          .sending_mta_ip = "192.0.2.17",
          .receiving_mx_hostname = "mx2.example.com",
          .receiving_mx_helo = std::nullopt,
          .receiving_ip = "2001:db8::25",
          .failed_session_count = 2,
          .additional_information = std::nullopt,
          .failure_reason_code = "CERT_HAS_EXPIRED"};
}

ReadReport sample() {
  ReadReport read;
  read.report_domain = "example.com";
  read.parsed.report = {.organization_name = "Google Inc.",
                        .start_datetime = at(22, 0),
                        .end_datetime = at(22, kLastSecond),
                        .contact_info = "tls@example.net",
                        .report_id = "id-1",
                        .policies = {{.policy_type = "sts",
                                      .policy_string = {"version: STSv1", "mode: enforce", "mx: mx1.example.com"},
                                      .policy_domain = "example.com",
                                      .mx_host = {"mx1.example.com", "mx2.example.com"},
                                      .total_successful_session_count = 8,
                                      .total_failure_session_count = 2,
                                      .failure_details = {expired()}},
                                     {.policy_type = "tlsa",
                                      .policy_string = {"3 1 1 AB"},
                                      .policy_domain = "example.com",
                                      .mx_host = {},
                                      .total_successful_session_count = 8,
                                      .total_failure_session_count = 0,
                                      .failure_details = {}}}};
  read.parsed.deviations = {{parser::DeviationCode::kPackedPolicyString, "/policies/1/policy/policy-string", "[\"3"}};
  return read;
}

// What each call writes.
class Recorder {
 public:
  explicit Recorder(Format format, std::size_t width = kWidth)
      : printer_(make_printer(format, width, [this](std::string_view text) { out_ += text; })) {}

  std::string begin() {
    return written([](Printer& printer) { printer.begin(); });
  }
  std::string report(const std::string& source, const ReadReport& report) {
    return written([&](Printer& printer) { printer.report(source, report); });
  }
  std::string rejected(const std::string& source, const parser::Rejection& rejection) {
    return written([&](Printer& printer) { printer.rejected(source, rejection); });
  }
  std::string ignored(const std::string& source, db::MessageKind kind, const std::string& because) {
    return written([&](Printer& printer) { printer.ignored(source, kind, because); });
  }
  std::string end() {
    return written([](Printer& printer) { printer.end(); });
  }

 private:
  std::string written(const std::function<void(Printer&)>& call) {
    call(*printer_);
    return std::exchange(out_, {});
  }

  std::string out_;
  std::unique_ptr<Printer> printer_;
};

std::string text_of(const ReadReport& read, std::size_t width = kWidth) {
  return Recorder(Format::kText, width).report("r.json", read);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const parser::Rejection kRejection{.reason = parser::Reason::kBadGzip, .detail = "cut short\x1b[2J"};

}  // namespace

TEST_CASE("JSON: a report is one line with source, status, report and deviations") {
  ReadReport read;
  read.parsed.report = {.organization_name = "Org",
                        .start_datetime = at(22, 0),
                        .end_datetime = at(22, kLastSecond),
                        .contact_info = std::nullopt,
                        .report_id = "id",
                        .policies = {}};
  Recorder printer(Format::kJson);
  CHECK(printer.begin().empty());
  CHECK(printer.report("r.json#2", read) ==
        R"({"source":"r.json#2","status":"report","report":{"organization-name":"Org","date-range":)"
        R"({"start-datetime":"2031-02-22T00:00:00Z","end-datetime":"2031-02-22T23:59:59Z"},"report-id":"id",)"
        R"("policies":[]},"deviations":[]})"
        "\n");
  CHECK(printer.end().empty());
}

TEST_CASE("JSON: deviations stand beside the report") {
  CHECK(contains(Recorder(Format::kJson).report("r.json", sample()),
                 R"("deviations":[{"code":"packed-policy-string","pointer":"/policies/1/policy/policy-string",)"
                 R"("detail":"[\"3"}]})"));
}

TEST_CASE("JSON: rejected and ignored inputs say why") {
  Recorder printer(Format::kJson);
  CHECK(
      printer.rejected("m.eml#2", kRejection) ==
      "{\"source\":\"m.eml#2\",\"status\":\"rejected\",\"reason\":\"bad-gzip\",\"detail\":\"cut short\\u001b[2J\"}\n");
  CHECK(printer.ignored("m.eml", db::MessageKind::kDmarc, "a DMARC report") ==
        "{\"source\":\"m.eml\",\"status\":\"ignored\",\"reason\":\"dmarc\",\"detail\":\"a DMARC report\"}\n");
}

TEST_CASE("CSV: a record for each failure detail and for each policy without any") {
  Recorder printer(Format::kCsv);
  CHECK(printer.begin() ==
        "source,organization_name,report_id,start_datetime,end_datetime,policy_type,policy_domain,"
        "total_successful_session_count,total_failure_session_count,result_type,failed_session_count,sending_mta_ip,"
        "receiving_mx_hostname,receiving_mx_helo,receiving_ip,failure_reason_code,additional_information\r\n");
  CHECK(printer.report("r.json", sample()) ==
        "r.json,Google Inc.,id-1,2031-02-22T00:00:00Z,2031-02-22T23:59:59Z,sts,example.com,8,2,certificate-expired,2,"
        "192.0.2.17,mx2.example.com,,2001:db8::25,CERT_HAS_EXPIRED,\r\n"
        "r.json,Google Inc.,id-1,2031-02-22T00:00:00Z,2031-02-22T23:59:59Z,tlsa,example.com,8,0,,,,,,,,\r\n");
}

TEST_CASE("CSV: a report without policies has a record too") {
  auto read = sample();
  read.parsed.report.policies.clear();
  CHECK(Recorder(Format::kCsv).report("r.json", read) ==
        "r.json,Google Inc.,id-1,2031-02-22T00:00:00Z,2031-02-22T23:59:59Z,,,,,,,,,,,,\r\n");
}

TEST_CASE("CSV: commas are quoted, formulas and control characters disarmed (security-10)") {
  auto read = sample();
  read.parsed.report.policies.clear();
  read.parsed.report.organization_name = "=HYPERLINK(\"x\")";
  read.parsed.report.report_id = "a,b\n";
  CHECK(Recorder(Format::kCsv).report("r.json", read) ==
        "r.json,\"'=HYPERLINK(\"\"x\"\")\",\"a,b\\x0a\",2031-02-22T00:00:00Z,2031-02-22T23:59:59Z,,,,,,,,,,,,\r\n");
}

TEST_CASE("CSV: rejected and ignored inputs have no record") {
  Recorder printer(Format::kCsv);
  CHECK(printer.rejected("m.eml", kRejection).empty());
  CHECK(printer.ignored("m.eml", db::MessageKind::kOther, "x").empty());
}

TEST_CASE("text: the first line is the verdict, with sessions counted once") {
  const auto text = text_of(sample());
  CHECK(text.substr(0, text.find('\n')) ==
        "r.json: 2 of 10 sessions failed (Google Inc. about example.com, 2031-02-22)");
}

TEST_CASE("text: policies, failures, their meaning and what to do") {
  const auto text = text_of(sample());
  CHECK(contains(text, "  Reporter    Google Inc., tls@example.net\n"));
  CHECK(contains(text, "  Report ID   id-1\n"));
  CHECK(contains(text, "  Period      2031-02-22 (UTC)\n"));
  CHECK(contains(text,
                 "  Policy      sts for example.com (mode enforce; MX mx1.example.com, mx2.example.com)\n"
                 "              10 sessions, 2 failed\n"
                 "                   2  certificate-expired at mx2.example.com [2001:db8::25] from [192.0.2.17]\n"
                 "                      reason: CERT_HAS_EXPIRED\n"));
  CHECK(contains(text, "  Policy      tlsa for example.com (1 TLSA record)\n              8 sessions, 0 failed\n"));
  CHECK(contains(text, "  certificate-expired: "));
  CHECK(contains(text, "    What to do: "));
  CHECK(contains(text, "mx2.example.com:25"));
  CHECK(contains(text, "packed-policy-string at /policies/1/policy/policy-string: \"[\"3\"\n"));
}

TEST_CASE("text: a result type is explained once, however often it occurs") {
  auto read = sample();
  read.parsed.report.policies[1].failure_details = {expired(), expired()};
  const auto text = text_of(read);
  const auto first = text.find("What to do");
  REQUIRE(first != std::string::npos);
  CHECK(text.find("What to do", first + 1) == std::string::npos);
}

TEST_CASE("text: deviations of one code are counted") {
  auto read = sample();
  const auto deviation = read.parsed.deviations[0];
  read.parsed.deviations = {deviation, deviation, deviation};
  CHECK(contains(text_of(read), "packed-policy-string at /policies/1/policy/policy-string: \"[\"3\", and 2 more\n"));
}

TEST_CASE("text: periods are days where they are whole ones") {
  struct Row {
    parser::Time start, end;
    const char* shown;
  };
  const Row rows[] = {
      {at(22, 0), at(22, kLastSecond), "2031-02-22 (UTC)"},
      {at(22, 0), at(23, 0), "2031-02-22 (UTC)"},
      {at(22, 0), at(24, kLastSecond), "2031-02-22 to 2031-02-24 (UTC)"},
      {at(22, 0), at(22, 0), "2031-02-22T00:00:00Z to 2031-02-22T00:00:00Z (UTC)"},
      {at(22, 0), at(22, 3600), "2031-02-22T00:00:00Z to 2031-02-22T01:00:00Z (UTC)"},
      {at(22, 1), at(22, kLastSecond), "2031-02-22T00:00:01Z to 2031-02-22T23:59:59Z (UTC)"},
  };
  for (const auto& row : rows) {
    auto read = sample();
    read.parsed.report.start_datetime = row.start;
    read.parsed.report.end_datetime = row.end;
    CHECK(contains(text_of(read), std::string("  Period      ") + row.shown + "\n"));
  }
}

TEST_CASE("text: json-53: failures that no summary counts are still said") {
  auto read = sample();
  read.parsed.report.policies[0].total_failure_session_count = 0;
  CHECK(contains(text_of(read), "no failure in 8 sessions, yet failures are described"));
  read.parsed.report.policies[0].failure_details.clear();
  CHECK(contains(text_of(read), "r.json: no failure in 8 sessions (Google"));
}

TEST_CASE("text: sessions to nobody knows whom are counted, too") {
  auto read = sample();
  read.report_domain.reset();
  for (auto& policy : read.parsed.report.policies) policy.policy_domain.reset();
  const auto text = text_of(read);
  CHECK(contains(text, "2 of 10 sessions failed (Google Inc. about an unknown domain"));
  CHECK(contains(text, "10 to an unknown domain, 2 failed"));
}

TEST_CASE("text: counts at the end of 64 bits do not overflow") {
  auto read = sample();
  read.parsed.report.policies[0].total_successful_session_count = std::numeric_limits<std::int64_t>::max();
  CHECK(contains(text_of(read), "2 of 9223372036854775807 sessions failed"));
}

TEST_CASE("text: a report without names is still a report") {
  ReadReport read;
  read.parsed.report.policies = {{}};
  const auto text = text_of(read);
  CHECK(contains(text, "an unnamed reporter about an unknown domain"));
  CHECK(contains(text, "of unknown type for an unknown domain"));
}

TEST_CASE("text: strangers' text cannot move the cursor") {
  auto read = sample();
  read.report_domain = "example.com\x1b[1m";
  auto& report = read.parsed.report;
  report.organization_name = "evil\x1b]0;x\x07";
  report.contact_info = "a\nb";
  report.report_id = "\xe2\x80\xae";
  auto& policy = report.policies[0];
  policy.policy_type = "sts\x1b";
  policy.policy_domain = "d\x1b";
  policy.policy_string = {"mode: \x1b"};
  policy.mx_host = {"mx\x1b"};
  auto& failure = policy.failure_details[0];
  failure.result_type = "type\x1b";
  failure.receiving_mx_hostname = "host\x1b";
  failure.receiving_mx_helo = "helo\x1b";
  failure.failure_reason_code = "code\x1b";
  failure.additional_information = "info\x1b";
  read.parsed.deviations[0].detail = "detail\x1b";
  read.parsed.deviations[0].pointer = "/pointer\x1b";
  Recorder printer(Format::kText);
  const auto text = printer.report("file\x1b", read) + printer.rejected("f\x1b", kRejection) +
                    printer.ignored("f\x1b", db::MessageKind::kOther, "why\x1b");
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x07') == std::string::npos);
  CHECK(text.find("\xe2\x80\xae") == std::string::npos);
}

TEST_CASE("text: entries of one line stand together, reports between empty lines, and the last line counts") {
  Recorder printer(Format::kText);
  CHECK(printer.begin().empty());
  CHECK(printer.rejected("a", {.reason = parser::Reason::kBadJson, .detail = "cut short"}) ==
        "a: rejected (bad-json): cut short\n");
  CHECK(printer.ignored("b", db::MessageKind::kBounce, "a bounce") == "b: ignored (bounce): a bounce\n");
  CHECK(printer.report("c", sample()).starts_with("\nc: 2 of 10"));
  CHECK(printer.ignored("d", db::MessageKind::kOther, "x") == "\nd: ignored (other): x\n");
  CHECK(printer.end() == "\n1 report (1 with failures), 1 rejected, 2 ignored\n");
}

TEST_CASE("text: of a policy's many MX hosts no more are named than anybody reads") {
  auto read = sample();
  read.parsed.report.policies[0].mx_host.assign(21, "mx.example.com");
  CHECK(contains(text_of(read, 10'000), "mx.example.com, and 1 more)"));
  read.parsed.report.policies[0].mx_host.pop_back();
  CHECK(contains(text_of(read, 10'000), "mx.example.com)"));
}

TEST_CASE("JSON and CSV: what is longer than memory should hold is written in pieces") {
  auto read = sample();
  read.parsed.report.policies[0].policy_string.assign(20, std::string(64u << 10, '\x01'));
  read.parsed.report.policies[0].failure_details.assign(20, expired());
  for (auto& detail : read.parsed.report.policies[0].failure_details) {
    detail.additional_information.emplace(64u << 10, '\x01');
  }
  for (const auto format : {Format::kJson, Format::kCsv}) {
    std::size_t longest = 0;
    std::size_t all = 0;
    make_printer(format, kWidth, [&](std::string_view text) {
      longest = std::max(longest, text.size());
      all += text.size();
    })->report("r.json", read);
    CHECK(all > 5u << 20);
    CHECK(longest < 1u << 20);
  }
}

TEST_CASE("text: a single entry needs no count") {
  Recorder printer(Format::kText);
  CHECK(printer.report("c", sample()).starts_with("c: 2 of 10"));
  CHECK(printer.end().empty());
}

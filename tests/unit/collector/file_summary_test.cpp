#include "collector/file_summary.hpp"

#include <string>

#include <doctest/doctest.h>

#include "collector/print/verdict.hpp"
#include "sample_summary.hpp"

using namespace tlsrpt;
using namespace tlsrpt::collector;

namespace {

parser::Policy policy(std::int64_t sessions, std::int64_t failed) {
  return {.policy_type = "sts",
          .policy_string = {"mode: testing", "mx: b.example.com", "mx: a.example.com", "max_age: 86400"},
          .policy_domain = "example.com",
          .total_successful_session_count = sessions - failed,
          .total_failure_session_count = failed};
}

ReadReport read(const std::string& organization, int day, parser::Policy policy) {
  ReadReport read;
  read.report_domain = "example.com";
  read.parsed.report = {.organization_name = organization,
                        .start_datetime = january(day),
                        .end_datetime = january(day + 1),  // json-2
                        .report_id = "id",
                        .policies = {std::move(policy)}};
  read.parsed.identity[0] = static_cast<std::uint8_t>(day);
  read.parsed.identity[1] = static_cast<std::uint8_t>(organization[0]);
  return read;
}

parser::Policy expired(std::int64_t sessions, std::int64_t failed) {
  auto with_failures = policy(sessions, failed);
  with_failures.failure_details = {{.result_type = "certificate-expired",
                                    .receiving_mx_hostname = "mx2.example.com",
                                    .failed_session_count = failed,
                                    .failure_reason_code = "CERT_HAS_EXPIRED"}};
  return with_failures;
}

}  // namespace

TEST_CASE("files: failures of one kind at one host are one problem, whoever reports them") {
  FileSummary files;
  files.add_report("a.json", read("Google Inc.", 10, expired(100, 5)));
  files.add_report("b.json", read("Google Inc.", 11, expired(100, 5)));
  files.add_report("c.json", read("Yahoo Inc.", 10, expired(10, 2)));
  files.add_report("d.json", read("Yahoo Inc.", 12, policy(10, 0)));
  const auto summary = files.summary(january(20));
  CHECK(summary.from == january(10));
  CHECK(summary.to == january(12));
  REQUIRE(summary.incidents.size() == 1);
  const auto& incident = summary.incidents[0];
  CHECK(incident.state == db::Incident::State::kReported);
  CHECK(incident.recipient_domain == "example.com");
  CHECK(incident.receiving_mx_hostname == "mx2.example.com");
  CHECK(incident.first_seen == january(10));
  CHECK(incident.last_seen == january(12) - std::chrono::seconds{1});
  CHECK(incident.last_day == january(11));
  CHECK(incident.days == 2);
  CHECK(incident.sessions == 12);
  CHECK(incident.reports == 3);
  CHECK(incident.organizations == std::vector<std::string>{"Google Inc.", "Yahoo Inc."});
  CHECK(incident.failure_rate == doctest::Approx(12.0 / 210));
  CHECK(incident.severity == "critical");
  CHECK(incident.remedy.find("mx2.example.com:25") != std::string::npos);
  REQUIRE(summary.failures.size() == 1);
  CHECK(summary.failures[0].reason_codes == std::vector<std::string>{"CERT_HAS_EXPIRED"});
  CHECK(summary.daily.size() == 4);
  CHECK(verdict_of(summary).headline == "1 problem reported, 1 critical");
}

TEST_CASE("files: a period without length is not over before it begins") {
  auto moment = read("Google Inc.", 10, expired(100, 5));
  moment.parsed.report.end_datetime = moment.parsed.report.start_datetime;
  FileSummary files;
  files.add_report("a.json", moment);
  CHECK(files.summary(january(20)).incidents[0].last_seen == january(10));
}

TEST_CASE("files: of many reason codes a few are told, and that there are more") {
  const auto told = [](int codes) {
    auto policy = expired(100, codes);
    policy.failure_details.resize(static_cast<std::size_t>(codes), policy.failure_details[0]);
    for (int code = 0; code < codes; ++code) {
      policy.failure_details[static_cast<std::size_t>(code)].failure_reason_code = std::to_string(9 - code);
    }
    FileSummary files;
    files.add_report("a.json", read("Google Inc.", 10, policy));
    const auto failure = files.summary(january(20)).failures[0];
    return std::pair(failure.reason_codes, failure.more_reason_codes);
  };
  using Codes = std::vector<std::string>;
  CHECK(told(5) == std::pair(Codes{"5", "6", "7", "8", "9"}, false));
  CHECK(told(6) == std::pair(Codes{"4", "5", "6", "7", "8"}, true));
  CHECK(told(8) == std::pair(Codes{"2", "3", "4", "5", "6"}, true));
}

TEST_CASE("files: severity begins at one percent, and five are still a warning") {
  const auto severity = [](std::int64_t sessions, std::int64_t failed) {
    FileSummary files;
    files.add_report("a.json", read("Google Inc.", 1, expired(sessions, failed)));
    return files.summary(january(2)).incidents.at(0).severity;
  };
  CHECK(severity(1000, 9) == "ok");
  CHECK(severity(1000, 10) == "warning");
  CHECK(severity(1000, 50) == "warning");
  CHECK(severity(1000, 51) == "critical");
}

TEST_CASE("files: the same report twice counts once") {
  FileSummary files;
  files.add_report("a.json", read("Google Inc.", 10, expired(100, 5)));
  files.add_report("copy.json", read("Google Inc.", 10, expired(100, 5)));
  const auto summary = files.summary(january(20));
  REQUIRE(summary.daily.size() == 1);
  CHECK(summary.daily[0].sessions == 100);
  CHECK(summary.incidents.at(0).reports == 1);
  REQUIRE(summary.inputs.size() == 2);
  CHECK(summary.inputs[0].outcome == "report");
  CHECK(summary.inputs[0].detail == "Google Inc., id, 2026-01-10");
  CHECK(summary.inputs[1].outcome == "the same report again");
}

TEST_CASE("files: of two contents of one report the first counts") {
  auto other = read("Google Inc.", 10, policy(70, 0));
  other.parsed.content[0] = 1;
  FileSummary files;
  files.add_report("a.json", read("Google Inc.", 10, policy(100, 0)));
  files.add_report("b.json", other);
  const auto summary = files.summary(january(20));
  REQUIRE(summary.daily.size() == 1);
  CHECK(summary.daily[0].sessions == 100);
  CHECK(summary.inputs[1].outcome == "another content of a report that was read before: not counted");
}

TEST_CASE("files: a policy is read once for as long as a reporter saw it") {
  auto enforced = policy(10, 0);
  enforced.policy_string[0] = "mode: enforce";
  FileSummary files;
  files.add_report("c", read("Google Inc.", 12, enforced));
  files.add_report("a", read("Google Inc.", 10, policy(10, 0)));
  files.add_report("b", read("Google Inc.", 11, policy(10, 0)));
  const auto policies = files.summary(january(20)).policies;
  REQUIRE(policies.size() == 2);
  CHECK(policies[0].mode == "testing");
  CHECK(policies[0].mx == std::vector<std::string>{"a.example.com", "b.example.com"});
  CHECK(policies[0].max_age == 86400);
  CHECK(policies[0].first_seen == january(10));
  CHECK(policies[0].last_seen == january(12) - std::chrono::seconds{1});
  CHECK(policies[0].last_day == january(11));
  CHECK(policies[0].replaced_at == january(12));
  CHECK(policies[1].mode == "enforce");
  CHECK_FALSE(policies[1].replaced_at);
}

TEST_CASE("files: what could not be read is said, and keeps all from being right") {
  FileSummary files;
  files.add_report("a.json", read("Google Inc.", 10, policy(100, 0)));
  CHECK(verdict_of(files.summary(january(20))).headline == "All right");
  files.add_rejected("b.json", {.reason = parser::Reason::kBadGzip, .detail = "cut short"});
  files.add_ignored("c.eml", db::MessageKind::kDmarc, "a DMARC report");
  const auto summary = files.summary(january(20));
  CHECK(verdict_of(summary).status == Verdict::Status::kAttention);
  CHECK(verdict_of(summary).details.back() == "1 input could not be read.");
  REQUIRE(summary.inputs.size() == 3);
  CHECK(summary.inputs[0].outcome == "rejected: bad-gzip");
  CHECK(summary.inputs[1].outcome == "report");
  CHECK(summary.inputs[2].outcome == "ignored: dmarc");
}

TEST_CASE("files: without any report there is no period") {
  FileSummary files;
  files.add_ignored("c.eml", db::MessageKind::kDmarc, "a DMARC report");
  const auto verdict = verdict_of(files.summary(january(20)));
  CHECK(verdict.status == Verdict::Status::kNoReports);
  CHECK(verdict.headline == "No report on a domain in what was read");
}

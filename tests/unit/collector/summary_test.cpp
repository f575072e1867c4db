#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "collector/print/summary_json.hpp"
#include "collector/print/summary_text.hpp"
#include "collector/print/table.hpp"
#include "collector/print/verdict.hpp"
#include "collector/print/wording.hpp"
#include "collector/print/wrap.hpp"
#include "sample_summary.hpp"

using namespace tlsrpt;
using namespace tlsrpt::collector;
using Status = Verdict::Status;

namespace {

std::string text_of(const db::Summary& summary, const Terminal& terminal = {}) {
  return summary_text(summary, terminal);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Nothing fails, and reports come.
db::Summary quiet() {
  auto summary = sample_summary();
  summary.incidents.clear();
  summary.failures.clear();
  summary.uncovered.clear();
  summary.mailboxes.clear();
  for (auto& row : summary.daily) row.failures = 0;
  summary.reporters[0].silent = false;
  return summary;
}

}  // namespace

TEST_CASE("the verdict counts what is open, and how much of it is critical") {
  auto summary = sample_summary();
  CHECK(verdict_of(summary).status == Status::kIncidents);
  CHECK(verdict_of(summary).headline == "1 open incident, 1 critical");
  summary.incidents.push_back(summary.incidents[0]);
  summary.incidents.back().severity = "warning";
  CHECK(verdict_of(summary).headline == "2 open incidents, 1 critical");
  CHECK(verdict_of(summary).details ==
        std::vector<std::string>{
            "60 of 500 sessions failed (12.00 %), 2026-01-01 to 2026-01-31 (UTC).", "1 incident resolved.",
            "Mailbox inbox was last read at 2026-01-30T00:00:00Z: login refused",
            "No report on example.org in the last 7 days; there never was one.",
            "Google Inc. has fallen silent on example.com: its last report covers 2026-01-11.",
            "Nobody is left who reports on example.com.", "In quarantine: 1; see tlsrpt-collector quarantine list."});
}

TEST_CASE("without an open incident all is right, resolved ones or not") {
  auto summary = quiet();
  CHECK(verdict_of(summary).status == Status::kOk);
  CHECK(verdict_of(summary).headline == "All right");
  CHECK(verdict_of(summary).details[0] == "None of 500 sessions failed, 2026-01-01 to 2026-01-31 (UTC).");
  summary.incidents = {sample_summary().incidents[1]};
  CHECK(verdict_of(summary).status == Status::kOk);
}

TEST_CASE("reports that may be missing are no reason to be calm, unless the period is over") {
  auto summary = quiet();
  summary.uncovered = sample_summary().uncovered;
  CHECK(verdict_of(summary).status == Status::kAttention);
  summary.made_at = january(31) + std::chrono::days{1};
  CHECK(verdict_of(summary).status == Status::kOk);
  summary = quiet();
  summary.mailboxes = sample_summary().mailboxes;
  CHECK(verdict_of(summary).status == Status::kAttention);
  CHECK(verdict_of(summary).headline == "No open incident, but reports may be missing");
}

TEST_CASE("who falls silent is missed only where nobody else is left to report") {
  auto summary = quiet();
  summary.reporters[0].silent = true;
  CHECK(verdict_of(summary).status == Status::kAttention);
  CHECK(verdict_of(summary).details[2] == "Nobody is left who reports on example.com.");
  summary.made_at = january(31) + std::chrono::days{1};
  CHECK(verdict_of(summary).status == Status::kOk);
  summary.made_at = january(31);
  summary.reporters.push_back(summary.reporters[0]);
  CHECK(verdict_of(summary).status == Status::kAttention);
  summary.reporters.back().silent = false;
  CHECK(verdict_of(summary).status == Status::kOk);
}

TEST_CASE("what a mailbox that was never read holds may be of any period") {
  auto summary = quiet();
  summary.made_at = january(31) + std::chrono::days{10};
  summary.mailboxes = sample_summary().mailboxes;
  CHECK(verdict_of(summary).status == Status::kOk);
  summary.mailboxes[0].last_success_at.reset();
  CHECK(verdict_of(summary).status == Status::kAttention);
}

TEST_CASE("an incident that begins tomorrow began no negative number of days ago") {
  const auto since = [](int day) { return when(expired_certificate(), january(day)); };
  CHECK(since(11) == "2026-01-10 (1 day ago), on 3 days, last on 2026-01-12");
  CHECK(since(10) == "2026-01-10 (0 days ago), on 3 days, last on 2026-01-12");
  CHECK(since(9) == "2026-01-10, on 3 days, last on 2026-01-12");
}

TEST_CASE("that there are more reason codes is told") {
  auto summary = sample_summary();
  CHECK(contains(summary_json(summary), R"("more_reason_codes":false)"));
  summary.failures[0].more_reason_codes = true;
  CHECK(contains(summary_json(summary), R"("more_reason_codes":true)"));
  CHECK(contains(text_of(summary), "    They say:    X509_V_ERR_CERT_HAS_EXPIRED\n    They say:    (and more)\n"));
}

TEST_CASE("without reports nothing is known to be right") {
  auto summary = quiet();
  summary.daily.clear();
  CHECK(verdict_of(summary).status == Status::kNoReports);
  CHECK(verdict_of(summary).headline == "No report covers 2026-01-01 to 2026-01-31");
  summary.domain = "unknown.example";
  CHECK(verdict_of(summary).headline == "No report on unknown.example covers 2026-01-01 to 2026-01-31");
  summary.incidents = {expired_certificate()};
  CHECK(verdict_of(summary).headline == "1 open incident, 1 critical");
  CHECK(verdict_of(summary).details[0] == "No report on unknown.example covers 2026-01-01 to 2026-01-31.");
}

TEST_CASE("what files report is neither open nor resolved") {
  auto summary = sample_summary();
  summary.incidents = {expired_certificate()};
  summary.incidents[0].state = db::Incident::State::kReported;
  CHECK(verdict_of(summary).headline == "1 problem reported, 1 critical");
}

TEST_CASE("a share is never rounded to nothing or to all") {
  CHECK(percent(0, 0) == "-");
  CHECK(percent(0, 5) == "0.00 %");
  CHECK(percent(5, 5) == "100.00 %");
  CHECK(percent(1, 8) == "12.50 %");
  CHECK(percent(1, 1'000'000) == "under 0.01 %");
  CHECK(percent(999'999, 1'000'000) == "over 99.99 %");
}

TEST_CASE("text: the verdict comes first, then each incident with cause and commands") {
  const auto text = text_of(sample_summary());
  CHECK(text.starts_with("1 open incident, 1 critical.\n60 of 500 sessions failed (12.00 %)"));
  CHECK(contains(text,
                 "\nWhat fails, and what to do\n"
                 "Mended one? It ends by itself, once all that reported it have sent clean reports for 48 hours, or\n"
                 "fell silent while another was clean.\n"
                 "\n  [critical] certificate-expired at mx2.example.com\n"
                 "    Mail for:    example.com\n"
                 "    Since:       2026-01-10 (21 days ago), on 3 days, last on 2026-01-12\n"
                 "    Failed:      60 sessions in 6 reports, where 12.50 % of all failed\n"
                 "    Reported by: Google Inc., Microsoft Corporation\n"
                 "    They say:    X509_V_ERR_CERT_HAS_EXPIRED\n"
                 "    Why:         The certificate that the MX presented has expired.\n"
                 "    What to do:  Renew the certificate\n"
                 "      openssl s_client -connect mx2.example.com:25\n"
                 "      openssl x509 -noout -dates\n"));
  CHECK(contains(text,
                 "\nWhat failed, and is resolved\n"
                 "\n  [resolved] sts-policy-fetch-error at mta-sts.example.com\n"
                 "    Mail for:    example.com\n"
                 "    When:        2026-01-10 to 2026-01-12, on 3 days\n"
                 "    Resolved:    2026-01-14\n"));
}

TEST_CASE("text: domains, reporters, what is silent, policies, mailboxes and quarantine follow in tables") {
  const auto text = text_of(sample_summary());
  CHECK(contains(text,
                 "\nDomains\n"
                 "  domain       reports  sessions  failed    share  open incidents\n"
                 "  example.com        2       400      60  15.00 %               1\n"
                 "  example.net        1       100       0   0.00 %               0\n"));
  CHECK(contains(text,
                 "\nReporters\n"
                 "  reporter     domain       reports  sessions  failed  last day    remarks\n"
                 "  Google Inc.  example.com        2       400      60  2026-01-11  silent, 2 late, 4 deviations\n"));
  CHECK(contains(text,
                 "\nSilent: reporters that used to report\n"
                 "  reporter     domain       last day    usually every  expected by\n"
                 "  Google Inc.  example.com  2026-01-11  1 day          2026-01-14\n"
                 "\nSilent: domains without any report in the last 7 days\n"
                 "  domain       mailbox  last day\n"
                 "  example.org  inbox    never\n"));
  CHECK(contains(text,
                 "\nPolicies, as reporters saw them\n"
                 "  example.com sts: mode testing; MX mx1.example.com, mx2.example.com; max_age 604800\n"
                 "    2026-01-01 to 2026-01-11, seen by Google Inc.\n"));
  CHECK(contains(text,
                 "\nMTA-STS policies in mode testing: may they enforce?\n"
                 "  example.com: certificate-expired failed\n"
                 "    testing since 2026-01-01; clean for 0 days of reports, 400 sessions\n"
                 "\nMailboxes\n"
                 "  mailbox  last read             messages  in quarantine  trouble\n"
                 "  inbox    2026-01-30T00:00:00Z        12              1  login refused\n"));
  CHECK(
      text.ends_with("\nIn quarantine: tlsrpt-collector quarantine list\n"
                     "  reason    entries\n"
                     "  bad-gzip        1\n"));
}

TEST_CASE("text: colours are asked for, and underline words that say the same") {
  CHECK_FALSE(contains(text_of(sample_summary()), "\x1b"));
  const auto text = text_of(sample_summary(), {.width = 100, .colour = true});
  CHECK(text.starts_with("\x1b[1;31m1 open incident, 1 critical.\x1b[0m\n"));
  CHECK(contains(text, "  \x1b[1;31m[critical]\x1b[0m certificate-expired"));
  CHECK(contains(text, "  \x1b[1;32m[resolved]\x1b[0m sts-policy"));
}

TEST_CASE("text: lines are as wide as the terminal, but for commands to paste") {
  const auto text = text_of(sample_summary(), {.width = 70});
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    const auto line = text.substr(begin, end - begin);
    CAPTURE(line);
    CHECK((line.starts_with("      openssl") || columns(line) <= 70));
    begin = end + 1;
  }
  CHECK(contains(text,
                 "  Google    example.        2       400      60  2026-01-11  silent, 2\n"
                 "  Inc.      com                                              late, 4\n"
                 "                                                             deviation\n"
                 "                                                             s\n"));
}

TEST_CASE("text: strangers' text cannot move the cursor") {
  auto summary = sample_summary();
  const std::string hostile = "evil\x1b]0;x\x07\n\xe2\x80\xae";
  auto& incident = summary.incidents[0];
  incident.recipient_domain = incident.result_type = hostile;
  incident.receiving_mx_hostname = hostile;
  incident.organizations = {hostile};
  incident.remedy = hostile + ": " + hostile;
  summary.failures[0] = {
      .recipient_domain = hostile, .result_type = hostile, .host = hostile, .reason_codes = {hostile}};
  for (auto& row : summary.daily) row.recipient_domain = row.organization_name = hostile;
  for (auto& row : summary.reporters) row.recipient_domain = row.organization_name = hostile;
  summary.policies[0].mode = summary.policies[0].mx[0] = summary.policies[0].policy_type = hostile;
  summary.policies[0].organization_name = hostile;
  summary.readiness[0].verdict = summary.readiness[0].recipient_domain = hostile;
  summary.mailboxes[0].last_error = hostile;
  summary.uncovered[0].domain = hostile;
  summary.quarantine[0].reason = hostile;
  const auto text = text_of(summary);
  for (const auto* bad : {"\x1b", "\x07", "\xe2\x80\xae", "evil\n"}) CHECK_FALSE(contains(text, bad));
}

TEST_CASE("text: a flood of incidents is counted instead of shown") {
  auto summary = sample_summary();
  summary.incidents.assign(51, summary.incidents.at(0));
  CHECK(contains(text_of(summary), "\n\n… and 1 more: --format json has all.\n"));
}

TEST_CASE("text: a flood of rows is counted instead of shown") {
  TextTable table({{"name"}, {"number", TextTable::Column::Kind::kNumber}});
  for (int i = 0; i < 5; ++i) table.add({"averylongname", "1"});
  CHECK(table.lines(20, 2) ==
        "  name        number\n"
        "  averylongn       1\n"
        "  ame\n"
        "  averylongn       1\n"
        "  ame\n"
        "  … and 3 more\n");
}

TEST_CASE("JSON: one object in one line says the same") {
  const auto json = summary_json(sample_summary());
  CHECK(json.find('\n') == json.size() - 1);
  CHECK(json.starts_with(
      R"({"made_at":"2026-01-31T12:00:00Z","from":"2026-01-01","to":"2026-01-31","domain":null,)"
      R"("verdict":{"status":"incidents","headline":"1 open incident, 1 critical","details":["60 of 500)"));
  CHECK(contains(
      json,
      R"("incidents":[{"recipient_domain":"example.com","result_type":"certificate-expired",)"
      R"("receiving_mx_hostname":"mx2.example.com","category":"certificate","state":"open",)"
      R"("severity":"critical","first_seen":"2026-01-10T00:00:00Z","last_seen":"2026-01-13T10:00:00Z",)"
      R"("last_day":"2026-01-12","resolved_at":null,"days":3,"sessions":60,"reports":6,"failure_rate":0.125,"reporters":2,)"
      R"("organizations":["Google Inc.","Microsoft Corporation"],)"
      R"("reason_codes":["X509_V_ERR_CERT_HAS_EXPIRED"],"more_reason_codes":false,"cause":"The certificate that the MX presented has expired.",)"));
  CHECK(contains(json, R"("advice":"Renew the certificate","commands":["openssl s_client -connect mx2.example.com:25",)"
                       R"("openssl x509 -noout -dates"])"));
  CHECK(contains(json, R"("totals":{"sessions":500,"successes":440,"failures":60,"failure_rate":0.12},)"
                       R"("domains":[{"recipient_domain":"example.com","reports":2,"sessions":400,"successes":340,)"
                       R"("failures":60,"failure_rate":0.15},)"));
  CHECK(contains(json, R"("conformance":{"packed-policy-string":3,"no-report-id":1}},)"));
  CHECK(contains(json, R"("silent":true)"));
  CHECK(contains(json,
                 R"("mailboxes":[{"mailbox":"inbox","last_polled_at":"2026-01-31T00:00:00Z",)"
                 R"("last_success_at":"2026-01-30T00:00:00Z","late":true,"last_error":"login refused","messages":12,)"
                 R"("quarantine":1}],"uncovered":[{"domain":"example.org","mailbox":"inbox","last_report":null}],)"
                 R"("quarantine":[{"reason":"bad-gzip","entries":1}]})"));
}

TEST_CASE("JSON: an empty period has every key") {
  const auto json =
      summary_json({.made_at = january(2), .from = january(1), .to = january(2), .domain = "example.com"});
  CHECK(
      json ==
      R"({"made_at":"2026-01-02T00:00:00Z","from":"2026-01-01","to":"2026-01-02","domain":"example.com",)"
      R"("verdict":{"status":"no-reports","headline":"No report on example.com covers 2026-01-01 to 2026-01-02","details":[]},)"
      R"("incidents":[],"totals":{"sessions":0,"successes":0,"failures":0,"failure_rate":null},"domains":[],)"
      R"("daily":[],"failures":[],"reporters":[],"policies":[],"readiness":[],"mailboxes":[],"uncovered":[],)"
      R"("quarantine":[]})"
      "\n");
}

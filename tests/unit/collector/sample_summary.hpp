#pragma once

#include <chrono>

#include "db/summary.hpp"

// A month with a bit of everything.
inline tlsrpt::db::Day january(int day) {
  using namespace std::chrono;
  return sys_days{year{2026} / January / day};
}

inline tlsrpt::db::Incident expired_certificate() {
  using std::chrono::days, std::chrono::hours;
  return {.recipient_domain = "example.com",
          .result_type = "certificate-expired",
          .receiving_mx_hostname = "mx2.example.com",
          .first_seen = january(10),
          .last_seen = january(13) + hours{10},
          .last_day = january(12),
          .days = 3,
          .sessions = 60,
          .organizations = {"Google Inc.", "Microsoft Corporation"},
          .reports = 6,
          .failure_rate = 0.125,
          .severity = "critical",
          .state = tlsrpt::db::Incident::State::kOpen,
          .category = "certificate",
          .cause = "The certificate that the MX presented has expired.",
          .remedy = "Renew the certificate: openssl s_client -connect mx2.example.com:25; openssl x509 -noout -dates",
          .reference = "RFC 8460 §4.3.1"};
}

inline tlsrpt::db::Summary sample_summary() {
  using std::chrono::hours, std::chrono::seconds;
  auto resolved = expired_certificate();
  resolved.result_type = "sts-policy-fetch-error";
  resolved.receiving_mx_hostname = "mta-sts.example.com";
  resolved.severity = "ok";
  resolved.state = tlsrpt::db::Incident::State::kResolved;
  resolved.resolved_at = january(15) - seconds{1};
  return {
      .made_at = january(31) + hours{12},
      .from = january(1),
      .to = january(31),
      .daily = {{january(10), "example.com", "Google Inc.", 1, 300, 40},
                {january(10), "example.net", "Google Inc.", 1, 100, 0},
                {january(11), "example.com", "Google Inc.", 1, 100, 20}},
      .incidents = {expired_certificate(), resolved},
      .failures = {{.recipient_domain = "example.com",
                    .result_type = "certificate-expired",
                    .host = "mx2.example.com",
                    .failed_sessions = 60,
                    .first_day = january(10),
                    .last_day = january(12),
                    .organizations = {"Google Inc.", "Microsoft Corporation"},
                    .reason_codes = {"X509_V_ERR_CERT_HAS_EXPIRED"}}},
      .reporters = {{.organization_name = "Google Inc.",
                     .recipient_domain = "example.com",
                     .first_seen = january(1),
                     .last_seen = january(12) + hours{10},
                     .last_day = january(11),
                     .days_reported = 11,
                     .usual_gap_days = 1,
                     .expected_by = january(14),
                     .silent = true,
                     .late_deliveries = 2,
                     .conformance = {{"packed-policy-string", 3}, {"no-report-id", 1}}},
                    {.organization_name = "",
                     .recipient_domain = "example.net",
                     .first_seen = january(10),
                     .last_seen = january(11) - seconds{1},
                     .last_day = january(10),
                     .days_reported = 1,
                     .silent = true}},
      .policies = {{.recipient_domain = "example.com",
                    .policy_type = "sts",
                    .policy_domain = "example.com",
                    .mode = "testing",
                    .mx = {"mx1.example.com", "mx2.example.com"},
                    .max_age = 604800,
                    .organization_name = "Google Inc.",
                    .first_seen = january(1),
                    .last_seen = january(12) + hours{10},
                    .last_day = january(11)}},
      .readiness = {{.recipient_domain = "example.com",
                     .testing_since = january(1),
                     .last_failure = january(13) - seconds{1},
                     .days_clean = 0,
                     .reporters = 1,
                     .sessions = 400,
                     .verdict = "certificate-expired failed"}},
      .mailboxes = {{.mailbox = "inbox",
                     .last_polled_at = january(31),
                     .last_success_at = january(30),
                     .late = true,
                     .last_error = "login refused",
                     .messages = 12,
                     .quarantine = 1}},
      .uncovered = {{.mailbox = "inbox", .domain = "example.org", .last_report = std::nullopt}},
      .quarantine = {{"bad-gzip", 1}},
  };
}

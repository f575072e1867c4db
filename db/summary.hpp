#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parser/report.hpp"

// A period's answer as plain values, which `report` takes from the views (summarize.hpp) and `parse` from the files it
// is given. Members are named after the views' columns (docs/views.md); a `last_day` is that on which the last period
// starts, which may be the day before it ends (json-3). All text comes from strangers.
namespace tlsrpt::db {

using parser::Time;
using Day = std::chrono::sys_days;

// Of v_daily: these sessions may be summed.
struct DailySessions {
  Day day;
  std::string recipient_domain;
  std::string organization_name;  // "" where the reports do not say
  std::int64_t reports = 0;
  std::int64_t sessions = 0;
  std::int64_t failures = 0;
};

// One kind of failure of one domain at one host within the period.
struct FailureKind {
  std::string recipient_domain;
  std::string result_type;
  std::optional<std::string> host;   // as Incident::receiving_mx_hostname
  std::int64_t failed_sessions = 0;  // failed-session-count summed: one session may stand in several details
  Day first_day;
  Day last_day;
  std::vector<std::string> organizations;  // sorted
  std::vector<std::string> reason_codes;   // failure-reason-codes, sorted, at most kMostReasonCodes
  bool more_reason_codes = false;          // these are not all
};

inline constexpr std::size_t kMostReasonCodes = 5;

struct Incident {
  enum class State {
    kOpen,
    kResolved,
    kReported,  // of files alone, which do not say what came after
  };
  std::string recipient_domain;
  std::string result_type;
  std::optional<std::string> receiving_mx_hostname;  // of a policy that could not be had, "mta-sts.DOMAIN"
  Time first_seen;
  Time last_seen;
  Day last_day;
  std::int64_t days = 0;
  std::int64_t sessions = 0;               // failed sessions, as FailureKind::failed_sessions
  std::vector<std::string> organizations;  // sorted
  std::int64_t reports = 0;
  std::optional<double> failure_rate;   // 0 to 1, of the reports that show the failure
  std::optional<std::string> severity;  // "ok", "warning" or "critical"
  State state = State::kReported;
  std::optional<Time> resolved_at;
  std::string category;
  std::string cause;
  std::string remedy;  // "advice: command; command", names filled in
  std::string reference;
};

struct Reporter {
  std::string organization_name;
  std::string recipient_domain;
  Time first_seen;
  Time last_seen;
  Day last_day;
  std::int64_t days_reported = 0;              // of the last 30
  std::optional<std::int64_t> usual_gap_days;  // none: not known yet
  std::optional<Time> expected_by;
  bool silent = false;
  std::int64_t late_deliveries = 0;
  std::vector<std::pair<std::string, std::int64_t>> conformance;  // deviations by code, sorted
};

// Of v_policy: a policy as one reporter saw it, from one change to the next.
struct PolicySeen {
  std::string recipient_domain;
  std::string policy_type;  // "sts" or "tlsa"
  std::string policy_domain;
  std::optional<std::string> mode;
  std::vector<std::string> mx;          // sorted
  std::optional<std::int64_t> max_age;  // seconds
  std::vector<std::string> tlsa;        // sorted
  std::string organization_name;
  Time first_seen;
  Time last_seen;
  Day last_day;
  std::optional<Time> replaced_at;  // none: it saw no other after this
};

// Of v_enforce.
struct Readiness {
  std::string recipient_domain;
  Time testing_since;
  std::optional<Time> last_failure;
  std::int64_t days_clean = 0;
  std::int64_t reporters = 0;
  std::int64_t sessions = 0;
  std::string verdict;
};

// Of v_ingest.
struct MailboxHealth {
  std::string mailbox;
  std::optional<Time> last_polled_at;
  std::optional<Time> last_success_at;
  bool late = false;
  std::optional<std::string> last_error;
  std::int64_t messages = 0;
  std::int64_t quarantine = 0;
};

// Of v_coverage: a configured domain that nobody reports on.
struct Uncovered {
  std::string mailbox;
  std::string domain;
  std::optional<Time> last_report;
};

// Of v_quarantine.
struct QuarantineReason {
  std::string reason;
  std::int64_t entries = 0;
};

// What `parse` made of one input.
struct ParsedInput {
  std::string source;
  std::string outcome;  // "report", "rejected: bad-gzip", "ignored: dmarc"
  std::string detail;
  bool rejected = false;
};

struct Summary {
  Time made_at;
  Day from;                           // of the periods' start, in UTC
  Day to;                             // the last day, included
  std::optional<std::string> domain;  // none: all
  std::vector<DailySessions> daily;   // by day, domain, organization
  std::vector<Incident> incidents;    // open ones first, the worst first
  std::vector<FailureKind> failures;  // most sessions first
  std::vector<Reporter> reporters;    // by domain and name
  std::vector<PolicySeen> policies;   // by domain, type and organization, the oldest first
  std::vector<Readiness> readiness;   // by domain
  std::vector<MailboxHealth> mailboxes;
  std::vector<Uncovered> uncovered;
  std::vector<QuarantineReason> quarantine;
  std::vector<ParsedInput> inputs;  // of files alone
};

}  // namespace tlsrpt::db

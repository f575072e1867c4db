#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/connection.hpp"

// What a period's reports say, for `report`.
namespace tlsrpt::db {

// Half-open, by the start of the reported period. "now" is the database's clock.
struct Period {
  std::optional<std::chrono::sys_seconds> from;   // none: `days` before now
  std::optional<std::chrono::sys_seconds> until;  // none: now
  int days = 7;
};

struct DomainSummary {
  std::string recipient_domain;
  std::int64_t reports = 0;
  std::int64_t sessions = 0;  // counted once
  std::int64_t failures = 0;
};

// One kind of failure of one domain at one MX.
struct FailureSummary {
  std::string recipient_domain;
  std::string result_type;        // "unspecified" where a sender counted failures and gave no details
  std::optional<std::string> mx;  // for a policy that could not be fetched, "mta-sts.DOMAIN"
  std::int64_t sessions = 0;      // failed-session-count summed: one session may stand in several details
  std::string first_day;          // "2026-01-31", UTC
  std::string last_day;
  std::vector<std::string> reporters;     // organization names, sorted
  std::vector<std::string> reason_codes;  // failure-reason-codes, sorted, at most 5
};

struct ReporterSummary {
  std::string organization_name;
  std::int64_t reports = 0;
  std::string last_day;
};

struct QuarantineSummary {
  std::string reason;
  std::int64_t entries = 0;
};

struct Summary {
  std::string from;  // ISO 8601, UTC: the period as the database understood it
  std::string until;
  std::vector<DomainSummary> domains;      // most failures first
  std::vector<FailureSummary> failures;    // most sessions first
  std::vector<ReporterSummary> reporters;  // by name
  std::vector<QuarantineSummary> quarantine;
};

// `domain`: normalised; recipient domains equal to it or below it. None: all.
[[nodiscard]] Summary summarize(const Connection& connection, const Period& period,
                                const std::optional<std::string>& domain);

}  // namespace tlsrpt::db

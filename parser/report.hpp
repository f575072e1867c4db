#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// The vocabulary that every folder shares: a TLS report as RFC 8460 §4.4 names its parts, after normalisation.
// All text is valid UTF-8 without NUL; all counts are 0 or greater; all times are UTC.
namespace tlsrpt::parser {

using Time = std::chrono::sys_seconds;

// RFC 8460 §4.3, one element of "failure-details".
struct FailureDetail {
  std::string result_type;                           // lower case; "unknown" where the sender gave none
  std::optional<std::string> sending_mta_ip;         // canonical text form (RFC 5952), no zone, no brackets
  std::optional<std::string> receiving_mx_hostname;  // lower case, no trailing dot
  std::optional<std::string> receiving_mx_helo;      // as sent
  std::optional<std::string> receiving_ip;           // canonical text form
  std::int64_t failed_session_count = 0;
  std::optional<std::string> additional_information;  // a URI by the standard, any text in practice
  std::optional<std::string> failure_reason_code;

  bool operator==(const FailureDetail&) const = default;
};

// RFC 8460 §4.2 and §4.4, one element of "policies".
struct Policy {
  std::optional<std::string> policy_type;    // lower case: "sts", "tlsa", "no-policy-found", or the sender's own word
  std::vector<std::string> policy_string;    // one line of the MTA-STS policy or one TLSA record each
  std::optional<std::string> policy_domain;  // A-labels, lower case, no trailing dot
  std::vector<std::string> mx_host;          // "mx-host": host patterns, lower case
  std::int64_t total_successful_session_count = 0;
  std::int64_t total_failure_session_count = 0;
  std::vector<FailureDetail> failure_details;

  bool operator==(const Policy&) const = default;
};

// RFC 8460 §4.4, a whole report.
struct Report {
  std::optional<std::string> organization_name;
  Time start_datetime;
  Time end_datetime;  // never before start_datetime
  std::optional<std::string> contact_info;
  std::optional<std::string> report_id;  // opaque text, case kept
  std::vector<Policy> policies;

  bool operator==(const Report&) const = default;
};

}  // namespace tlsrpt::parser

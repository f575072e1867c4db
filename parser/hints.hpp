#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/reader.hpp"

// What the mail around a report says of it (RFC 8460 §5.3 and §5.6). The JSON is the authority: hints fill gaps only,
// after identity and content digest were taken. Views of what the caller keeps.
namespace tlsrpt::parser {

struct Hints {
  std::optional<std::string_view> report_domain;  // TLS-Report-Domain
  std::optional<std::string_view> submitter;      // TLS-Report-Submitter
  std::optional<std::string_view> subject;        // unfolded
  std::optional<std::string_view> from_domain;    // the From address's domain
  std::optional<std::string_view> filename;       // the attachment's
};

// RFC 8460 §5.1: sender!policy-domain!begin!end[!unique].json[.gz]; the domains normalised.
struct ReportFilename {
  std::string submitter;
  std::string policy_domain;
  Time begin;
  Time end;
};
[[nodiscard]] std::optional<ReportFilename> parse_report_filename(std::string_view filename);

// RFC 8460 §5.3: "Report Domain: policy-domain Submitter: submitter Report-ID: <id>", whatever a gateway put before it.
struct ReportSubject {
  std::string submitter;      // as sent; a domain by the standard, an organization's name from some (mail-25)
  std::string policy_domain;  // normalised
};
[[nodiscard]] std::optional<ReportSubject> parse_report_subject(std::string_view subject);

// The domain of whoever submitted the report, normalised: TLS-Report-Submitter, else the subject's, else the file
// name's.
[[nodiscard]] std::optional<std::string> submitter_domain(const Hints& hints);

// Fills a missing organization name (TLS-Report-Submitter, else the subject's submitter, else the file name's, else the
// From domain) and missing policy domains (TLS-Report-Domain, else the subject's, else the file name's, else what
// follows the last '_' of a Google-style report-id); each with its deviation.
void fill_gaps(ParsedReport& parsed, const Hints& hints);

// The first `sts` policy's domain; else TLS-Report-Domain's or the file name's where a policy domain equals it or lies
// below it; else the policy domain with the fewest labels (the first of those); nothing without any policy domain.
[[nodiscard]] std::optional<std::string> report_domain(const Report& report, const Hints& hints);

}  // namespace tlsrpt::parser

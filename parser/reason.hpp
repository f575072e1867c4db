#pragma once

#include <optional>
#include <string>
#include <string_view>

// Why a message or a report could not be taken: the closed list behind `quarantine.reason` and "rejected" lines.
namespace tlsrpt::parser {

enum class Reason {
  // The payload.
  kBadGzip,        // "bad-gzip": no correct end, a wrong check sum, garbage inside
  kBadZip,         // "bad-zip": not readable as a zip archive, or encrypted
  kBadJson,        // "bad-json": not JSON, or cut short
  kBadEncoding,    // "bad-encoding": bytes in no known character encoding
  kUnknownFormat,  // "unknown-format": labelled as a report, and neither gzip, zip nor JSON
  kNoAttachment,   // "no-attachment": the mail says that it carries a report, and carries none
  // The report.
  kNotAReport,    // "not-a-report": JSON, and nothing of a TLS report in it
  kBadDateRange,  // "bad-date-range": no period, or one that cannot be read
  kBadStructure,  // "bad-structure": a member whose type has no sensible reading
  // Bounds: which one, and how it is configured, stands in the detail.
  kTooLarge,               // "too-large": limits.message
  kHeaderTooLarge,         // "header-too-large": limits.header
  kHeadersTooLarge,        // "headers-too-large": limits.headers
  kTooManyParts,           // "too-many-parts": limits.parts
  kNestedTooDeep,          // "nested-too-deep": limits.nesting
  kTooManyAttachments,     // "too-many-attachments": limits.attachments
  kDecompressedTooLarge,   // "decompressed-too-large": limits.decompressed
  kJsonTooDeep,            // "json-too-deep": limits.json_depth
  kStringTooLong,          // "string-too-long": limits.string
  kTooManyPolicies,        // "too-many-policies": limits.policies
  kTooManyFailureDetails,  // "too-many-failure-details": limits.failure_details
  // Who sent it, and for whom.
  kForeignDomain,  // "foreign-domain": about no domain of `domains`
  kNotAuthentic,   // "not-authentic": authentication.require is not met
  kConflict,       // "conflict": another content under a stored identity, from someone who may not replace it
  // The way here.
  kFetchFailed,      // "fetch-failed": the server lists the message but does not hand it out
  kCrashed,          // "crashed": reading the message ended the process that tried
  kDatabaseRefused,  // "database-refused": PostgreSQL would not hold the report
};

// The kebab-case code, as stored and printed.
[[nodiscard]] std::string_view to_string(Reason reason) noexcept;
[[nodiscard]] std::optional<Reason> reason_from_string(std::string_view code) noexcept;

// What cannot be taken: the code, and one sentence that says what, where and (for a bound) which limit to raise.
// `detail` may quote the sender's text; whoever shows it escapes it.
struct Rejection {
  Reason reason{};
  std::string detail;
};

}  // namespace tlsrpt::parser

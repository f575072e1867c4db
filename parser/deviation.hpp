#pragma once

#include <span>
#include <string>
#include <string_view>

// A liberty taken with a report: where the sender left RFC 8460, and what it had really written.
namespace tlsrpt::parser {

// The closed list; deviation_codes() describes each.
enum class DeviationCode {
  // How the text was packed and encoded.
  kLenientBase64,
  kDoubleGzip,
  kZlibWrapping,
  kRawDeflate,
  kZipArchive,
  kGzipTrailingData,
  kByteOrderMark,
  kUtf16,
  kInvalidUtf8,
  kNulCharacter,
  kLoneSurrogate,
  kControlCharacter,
  // How the JSON was written.
  kTrailingData,
  kWrappedInArray,
  kDuplicateKey,
  kWrongType,
  kObjectInsteadOfArray,
  kAliasKey,
  kNotLowerCase,
  kOverlongName,
  // The report itself.
  kMissingOrganizationName,
  kFilledOrganizationName,
  kMissingReportId,
  kMissingPolicies,
  kEmptyPolicies,
  // Its date-range.
  kMissingDate,
  kDateWithoutZone,
  kDateFormat,
  kFractionalSeconds,
  kReversedDateRange,
  kImplausibleDate,
  // Policies.
  kMissingPolicyType,
  kUnknownPolicyType,
  kMissingPolicyDomain,
  kFilledPolicyDomain,
  kPackedPolicyString,
  kPolicyStringAsText,
  kMxHostPrefix,
  kMissingSummary,
  // Counts.
  kMissingSessionCount,
  kCountAsText,
  kCountNotInteger,
  kNegativeCount,
  kClampedCount,
  // Failure details.
  kMissingResultType,
  kMissingFailedSessionCount,
  kAddressDecoration,
  kPaddedAddress,
  kInvalidAddress,
  // A report with more deviations than are worth keeping.
  kMoreDeviations,
};

struct DeviationInfo {
  DeviationCode code{};
  std::string_view name;         // kebab-case, as stored and printed
  std::string_view description;  // one sentence
};

// Every code, in the order of the enumeration.
[[nodiscard]] std::span<const DeviationInfo> deviation_codes() noexcept;

[[nodiscard]] std::string_view to_string(DeviationCode code) noexcept;

struct Deviation {
  DeviationCode code{};
  std::string pointer;  // RFC 6901 JSON pointer into the report ("" is the report itself)
  std::string detail;   // the sender's own text, valid UTF-8 without NUL, cut to 256 bytes; may be empty

  bool operator==(const Deviation&) const = default;
};

}  // namespace tlsrpt::parser

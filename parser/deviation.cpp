#include "parser/deviation.hpp"

#include <array>
#include <cstddef>

namespace tlsrpt::parser {
namespace {

using Code = DeviationCode;

constexpr auto kCodes = std::to_array<DeviationInfo>({
    {Code::kLenientBase64, "lenient-base64", "The attachment's base64 had stray characters or wrong padding."},
    {Code::kDoubleGzip, "double-gzip", "The report was compressed with gzip twice."},
    {Code::kZlibWrapping, "zlib-wrapping", "The report was compressed in the zlib format instead of gzip."},
    {Code::kRawDeflate, "raw-deflate", "The report was compressed as bare deflate data, without a gzip header."},
    {Code::kZipArchive, "zip-archive", "The report came in a zip archive instead of gzip."},
    {Code::kGzipTrailingData, "gzip-trailing-data", "Bytes follow the end of the compressed data; they were ignored."},
    {Code::kByteOrderMark, "byte-order-mark", "The JSON text begins with a byte order mark (RFC 8259 §8.1)."},
    {Code::kUtf16, "utf-16", "The JSON text is in UTF-16 instead of UTF-8 (RFC 8259 §8.1)."},
    {Code::kInvalidUtf8, "invalid-utf-8", "A text has bytes that are not UTF-8; each became U+FFFD."},
    {Code::kNulCharacter, "nul-character", "A text holds the character NUL; it became U+FFFD."},
    {Code::kLoneSurrogate, "lone-surrogate", "A text holds half of a surrogate pair; it became U+FFFD."},
    {Code::kControlCharacter, "control-character",
     "A text holds a control character that JSON wants escaped (RFC 8259 §7)."},
    {Code::kTrailingData, "trailing-data", "Something other than white space follows the report; it was ignored."},
    {Code::kWrappedInArray, "wrapped-in-array", "The report is an element of an array instead of the document itself."},
    {Code::kDuplicateKey, "duplicate-key", "A member occurs twice in its object; the last one was taken."},
    {Code::kWrongType, "wrong-type", "A value has another JSON type than RFC 8460 §4.4 gives it."},
    {Code::kObjectInsteadOfArray, "object-instead-of-array",
     "A single object stands where an array of objects belongs."},
    {Code::kAliasKey, "alias-key", "A member has another name than in RFC 8460 §4.4's JSON."},
    {Code::kNotLowerCase, "not-lower-case", "A policy-type or result-type is not in lower case."},
    {Code::kOverlongName, "overlong-name",
     "A name is longer than 255 bytes, or the lines and hosts of a policy than 1 MiB in all; it was left out. Of an "
     "organization-name, the first 1,024 bytes were kept."},
    {Code::kMissingOrganizationName, "missing-organization-name", "The report has no organization-name."},
    {Code::kFilledOrganizationName, "filled-organization-name",
     "The missing organization-name was filled in from what the detail names."},
    {Code::kMissingReportId, "missing-report-id", "The report has no report-id."},
    {Code::kMissingPolicies, "missing-policies", "The report has no policies member."},
    {Code::kEmptyPolicies, "empty-policies", "The report's policies are an empty array."},
    {Code::kMissingDate, "missing-date",
     "One end of the date-range is missing; it was set one day, less a second, from the other."},
    {Code::kDateWithoutZone, "date-without-zone", "A date has no time zone; it was read as UTC."},
    {Code::kDateFormat, "date-format", "A date is not written as RFC 3339 §5.6 wants it."},
    {Code::kFractionalSeconds, "fractional-seconds", "A date has a fraction of a second; it was cut off."},
    {Code::kReversedDateRange, "reversed-date-range", "The date-range ends before it starts; its ends were swapped."},
    {Code::kImplausibleDate, "implausible-date", "The date-range lies before 2016, before there were TLS reports."},
    {Code::kMissingPolicyType, "missing-policy-type", "A policy has no policy-type."},
    {Code::kUnknownPolicyType, "unknown-policy-type", "A policy-type is none of RFC 8460 §4.2's."},
    {Code::kMissingPolicyDomain, "missing-policy-domain", "A policy has no policy-domain."},
    {Code::kFilledPolicyDomain, "filled-policy-domain",
     "A missing policy-domain was filled in from what the detail names."},
    {Code::kPackedPolicyString, "packed-policy-string",
     "The policy-string's only element is itself the text of a JSON array; it was unpacked."},
    {Code::kPolicyStringAsText, "policy-string-as-text",
     "The policy-string is one text instead of an array; it was split into lines."},
    {Code::kMxHostPrefix, "mx-host-prefix", "An mx-host carries the policy's \"mx:\" before the host name."},
    {Code::kMissingSummary, "missing-summary", "A policy has no summary; its counts were taken as 0."},
    {Code::kMissingSessionCount, "missing-session-count", "A count of a summary is missing; it was taken as 0."},
    {Code::kCountAsText, "count-as-text", "A count is a text instead of a number."},
    {Code::kCountNotInteger, "count-not-integer", "A count has a fraction; it was cut off."},
    {Code::kNegativeCount, "negative-count", "A count is negative; it was taken as 0."},
    {Code::kClampedCount, "clamped-count", "A count exceeds 64 bits; it was taken as 9223372036854775807."},
    {Code::kMissingResultType, "missing-result-type", "A failure detail has no result-type."},
    {Code::kMissingFailedSessionCount, "missing-failed-session-count",
     "A failure detail has no failed-session-count; it was taken as 1."},
    {Code::kAddressDecoration, "address-decoration",
     "An address comes with brackets, a port or a zone; they were taken off."},
    {Code::kPaddedAddress, "padded-address", "An IPv4 address is padded with zeros; it was read as decimal."},
    {Code::kInvalidAddress, "invalid-address", "An address field holds no address; it was left empty."},
    {Code::kMoreDeviations, "more-deviations", "The report has more deviations than are kept."},
});

constexpr bool in_order() {
  for (std::size_t i = 0; i < kCodes.size(); ++i) {
    if (static_cast<std::size_t>(kCodes[i].code) != i) return false;
  }
  return kCodes.size() == static_cast<std::size_t>(Code::kMoreDeviations) + 1;
}
static_assert(in_order(), "one row a code, in the order of the enumeration");

}  // namespace

std::span<const DeviationInfo> deviation_codes() noexcept {
  return kCodes;
}

std::string_view to_string(DeviationCode code) noexcept {
  return kCodes[static_cast<std::size_t>(code)].name;
}

}  // namespace tlsrpt::parser

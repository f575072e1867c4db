#include "parser/reason.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace tlsrpt::parser {
namespace {

constexpr auto kReasons = std::to_array<std::pair<Reason, std::string_view>>({
    {Reason::kBadGzip, "bad-gzip"},
    {Reason::kBadZip, "bad-zip"},
    {Reason::kBadJson, "bad-json"},
    {Reason::kBadEncoding, "bad-encoding"},
    {Reason::kUnknownFormat, "unknown-format"},
    {Reason::kNoAttachment, "no-attachment"},
    {Reason::kNotAReport, "not-a-report"},
    {Reason::kBadDateRange, "bad-date-range"},
    {Reason::kBadStructure, "bad-structure"},
    {Reason::kTooLarge, "too-large"},
    {Reason::kHeaderTooLarge, "header-too-large"},
    {Reason::kHeadersTooLarge, "headers-too-large"},
    {Reason::kTooManyParts, "too-many-parts"},
    {Reason::kNestedTooDeep, "nested-too-deep"},
    {Reason::kTooManyAttachments, "too-many-attachments"},
    {Reason::kDecompressedTooLarge, "decompressed-too-large"},
    {Reason::kJsonTooDeep, "json-too-deep"},
    {Reason::kStringTooLong, "string-too-long"},
    {Reason::kTooManyPolicies, "too-many-policies"},
    {Reason::kTooManyFailureDetails, "too-many-failure-details"},
    {Reason::kForeignDomain, "foreign-domain"},
    {Reason::kNotAuthentic, "not-authentic"},
    {Reason::kConflict, "conflict"},
    {Reason::kFetchFailed, "fetch-failed"},
    {Reason::kCrashed, "crashed"},
    {Reason::kDatabaseRefused, "database-refused"},
});

constexpr bool in_order() {
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    if (static_cast<std::size_t>(kReasons[i].first) != i) return false;
  }
  return kReasons.size() == static_cast<std::size_t>(Reason::kDatabaseRefused) + 1;
}
static_assert(in_order(), "one row a reason, in the order of the enumeration");

}  // namespace

std::string_view to_string(Reason reason) noexcept {
  return kReasons[static_cast<std::size_t>(reason)].second;
}

std::optional<Reason> reason_from_string(std::string_view code) noexcept {
  const auto* const row =
      std::find_if(kReasons.begin(), kReasons.end(), [&](const auto& r) { return r.second == code; });
  if (row == kReasons.end()) return std::nullopt;
  return row->first;
}

}  // namespace tlsrpt::parser

#include "parser/report_members.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tlsrpt::parser {
namespace {

struct Row {
  Context object;
  Slot slot;
};

constexpr auto kRows = std::to_array<Row>({
    {Context::kReport, {Member::kOrganizationName, "organization-name"}},
    {Context::kReport, {Member::kDateRange, "date-range"}},
    {Context::kReport, {Member::kContactInfo, "contact-info"}},
    {Context::kReport, {Member::kReportId, "report-id"}},
    {Context::kReport, {Member::kPolicies, "policies"}},
    {Context::kDateRange, {Member::kStartDatetime, "start-datetime"}},
    {Context::kDateRange, {Member::kEndDatetime, "end-datetime"}},
    {Context::kPolicyEntry, {Member::kPolicy, "policy"}},
    {Context::kPolicyEntry, {Member::kSummary, "summary"}},
    {Context::kPolicyEntry, {Member::kFailureDetails, "failure-details"}},
    {Context::kPolicy, {Member::kPolicyType, "policy-type"}},
    {Context::kPolicy, {Member::kPolicyString, "policy-string"}},
    {Context::kPolicy, {Member::kPolicyDomain, "policy-domain"}},
    {Context::kPolicy, {Member::kMxHost, "mx-host"}},
    {Context::kPolicy, {Member::kMxHost, "mx-host-pattern", true}},  // RFC 8460 §4.2's prose, json-42
    {Context::kSummary, {Member::kSuccessfulSessions, "total-successful-session-count"}},
    {Context::kSummary, {Member::kFailureSessions, "total-failure-session-count"}},
    {Context::kFailureDetail, {Member::kResultType, "result-type"}},
    {Context::kFailureDetail, {Member::kSendingMtaIp, "sending-mta-ip"}},
    {Context::kFailureDetail, {Member::kReceivingMxHostname, "receiving-mx-hostname"}},
    {Context::kFailureDetail, {Member::kReceivingIp, "receiving-ip"}},
    {Context::kFailureDetail, {Member::kFailedSessions, "failed-session-count"}},
    {Context::kFailureDetail, {Member::kReceivingMxHelo, "receiving-mx-helo"}},
    {Context::kFailureDetail, {Member::kAdditionalInformation, "additional-information"}},
    {Context::kFailureDetail, {Member::kFailureReasonCode, "failure-reason-code"}},
    {Context::kFailureDetail, {Member::kAdditionalInformation, "additional-info-uri", true}},  // json-63
    {Context::kFailureDetail, {Member::kFailureReasonCode, "failure-error-code", true}},       // json-62
});

constexpr std::size_t index(Context context) {
  return static_cast<std::size_t>(context);
}

// Where an object's rows begin, which stand together; kFailureDetail is the last that has any.
static_assert(std::ranges::is_sorted(kRows, {}, &Row::object));
constexpr auto kFirstRow = [] {
  std::array<std::size_t, index(Context::kFailureDetail) + 1> first{};
  for (std::size_t row = kRows.size(); row-- > 0;) first[index(kRows[row].object)] = row;
  return first;
}();

}  // namespace

Slot find_slot(Context object, std::string_view name) noexcept {
  for (std::size_t row = kFirstRow[index(object)]; row < kRows.size() && kRows[row].object == object; ++row) {
    if (kRows[row].slot.name == name) return kRows[row].slot;
  }
  return {};
}

Member element_of(Context array) noexcept {
  switch (array) {
    case Context::kReports:
      return Member::kDocument;
    case Context::kPolicies:
      return Member::kPolicyEntry;
    case Context::kPolicyString:
      return Member::kPolicyStringLine;
    case Context::kMxHost:
      return Member::kMxHostPattern;
    case Context::kFailureDetails:
      return Member::kFailureDetail;
    default:
      return Member::kUnknown;
  }
}

Context object_in(Member member) noexcept {
  switch (member) {
    case Member::kDocument:
      return Context::kReport;
    case Member::kDateRange:
      return Context::kDateRange;
    case Member::kPolicies:  // a single one, json-18
    case Member::kPolicyEntry:
      return Context::kPolicyEntry;
    case Member::kPolicy:
      return Context::kPolicy;
    case Member::kSummary:
      return Context::kSummary;
    case Member::kFailureDetails:  // a single one, json-54
    case Member::kFailureDetail:
      return Context::kFailureDetail;
    default:
      return Context::kNone;
  }
}

Context array_in(Member member) noexcept {
  switch (member) {
    case Member::kPolicies:
      return Context::kPolicies;
    case Member::kPolicyString:
      return Context::kPolicyString;
    case Member::kMxHost:
      return Context::kMxHost;
    case Member::kFailureDetails:
      return Context::kFailureDetails;
    default:
      return Context::kNone;
  }
}

std::string JsonPath::pointer() const {
  return print(frames.size());
}

std::string JsonPath::pointer_to(std::string_view members) const {
  return print(frames.empty() ? 0 : frames.size() - 1).append(members);
}

std::string JsonPath::print(std::size_t end) const {
  const auto last = frames.begin() + static_cast<std::ptrdiff_t>(end);
  std::string pointer;
  auto frame = std::find_if(frames.begin(), last, [](const Frame& f) { return f.context != Context::kReports; });
  for (; frame != last; ++frame) {
    pointer += '/';
    pointer += frame->array ? std::to_string(frame->index) : std::string(frame->slot.name);
  }
  return pointer;
}

}  // namespace tlsrpt::parser

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// RFC 8460 §4.4's JSON as a table: which member may stand where, and what it opens.
namespace tlsrpt::parser {

// An object or array that we are in.
enum class Context : std::uint8_t {
  kNone,
  kReports,  // an array around reports (json-30)
  kReport,
  kDateRange,
  kPolicies,
  kPolicyEntry,  // an element of "policies"
  kPolicy,       // its "policy"
  kPolicyString,
  kMxHost,
  kSummary,
  kFailureDetails,
  kFailureDetail,
};

// What a value is: a member of an object, or an element of an array.
enum class Member : std::uint8_t {
  kUnknown,
  kDocument,  // the text's outermost value, or an element of kReports
  kOrganizationName,
  kDateRange,
  kStartDatetime,
  kEndDatetime,
  kContactInfo,
  kReportId,
  kPolicies,
  kPolicyEntry,
  kPolicy,
  kPolicyType,
  kPolicyString,
  kPolicyStringLine,
  kPolicyDomain,
  kMxHost,
  kMxHostPattern,
  kSummary,
  kSuccessfulSessions,
  kFailureSessions,
  kFailureDetails,
  kFailureDetail,
  kResultType,
  kSendingMtaIp,
  kReceivingMxHostname,
  kReceivingMxHelo,
  kReceivingIp,
  kFailedSessions,
  kAdditionalInformation,
  kFailureReasonCode,
};

// A member of an object. `name` is the table's own, so that it outlives the text.
struct Slot {
  Member member = Member::kUnknown;
  std::string_view name;
  bool alias = false;  // not the name that RFC 8460 §4.4's JSON has
};

[[nodiscard]] Slot find_slot(Context object, std::string_view name) noexcept;

// What the elements of an array are.
[[nodiscard]] Member element_of(Context array) noexcept;

// What an object or array opens where it is a member's value; kNone where none belongs there.
[[nodiscard]] Context object_in(Member member) noexcept;
[[nodiscard]] Context array_in(Member member) noexcept;

// The way from a document to the value being read.
struct Frame {
  Context context = Context::kNone;
  bool array = false;
  Slot slot;                  // of an object: the member being read
  std::size_t index = 0;      // of an array: the element being read
  std::uint32_t seen = 0;     // of an object: a bit for each Member that occurred
  std::uint32_t aliased = 0;  // of an object: a bit for each Member that occurred by another name
  bool is_repeat = false;     // of an object: the member being read occurred before, one of both times by another name
};

class JsonPath {
 public:
  // RFC 6901, from the report that we are in to the value being read; "" outside of a report.
  [[nodiscard]] std::string pointer() const;
  // The same to a member of the container whose value ended last: for what it does not have.
  [[nodiscard]] std::string pointer_to(std::string_view members) const;

  std::vector<Frame> frames;

 private:
  [[nodiscard]] std::string print(std::size_t end) const;
};

}  // namespace tlsrpt::parser

#include "parser/report_builder.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "parser/domain.hpp"
#include "parser/json_parser.hpp"

namespace tlsrpt::parser {
namespace {

constexpr std::size_t kMostDeviations = 1000;  // a report; a hostile one could have millions

// json-43: "mx: mx.example" → "mx.example".
std::string_view without_policy_key(std::string_view host) {
  while (host.starts_with("mx:")) host = trim(host.substr(3));
  return host;
}

// An object's place in an array; nothing stands there before it is entered.
bool is_element(Member member) {
  return member == Member::kPolicyEntry || member == Member::kFailureDetail;
}

}  // namespace

void ReportBuilder::begin(bool mended) {
  mended_ = mended;
  parsed_ = {};
  rejection_.reset();
  start_ = end_ = {};
  has_policies_ = false;
  failure_details_ = more_deviations_ = 0;
  spend(sizeof(Finding));
}

// Where a member occurs twice the last one holds (json-27), so whatever is entered is emptied first.
void ReportBuilder::enter(Context context, Member via) {
  switch (context) {
    case Context::kDateRange:
      start_ = end_ = {};
      break;
    case Context::kPolicies:
      parsed_.report.policies.clear();
      has_policies_ = true;
      break;
    case Context::kPolicyEntry:
      add_policy(via);
      break;
    case Context::kPolicy:
      begin_policy();
      break;
    case Context::kPolicyString:
      policy().policy_string.clear();
      break;
    case Context::kMxHost:
      policy().mx_host.clear();
      break;
    case Context::kSummary:
      begin_summary(true);
      break;
    case Context::kFailureDetails:
      policy().failure_details.clear();
      break;
    case Context::kFailureDetail:
      add_failure_detail(via);
      break;
    case Context::kNone:
    case Context::kReports:
    case Context::kReport:
      break;
  }
}

void ReportBuilder::leave(Context context) {
  switch (context) {
    case Context::kPolicyString:
      unpack_policy_string(path_.pointer_to("/0"));
      break;
    case Context::kPolicyEntry:
      finish_policy();
      break;
    case Context::kFailureDetail:
      finish_failure_detail();
      break;
    default:
      break;
  }
}

void ReportBuilder::value(Member member, const Scalar& scalar) {
  Report& report = parsed_.report;
  switch (member) {
    case Member::kOrganizationName:
      report.organization_name = text(scalar);
      break;
    case Member::kContactInfo:
      report.contact_info = text(scalar);
      break;
    case Member::kReportId:
      report.report_id = text(scalar);
      break;
    case Member::kStartDatetime:
      read_date(start_, scalar, false);
      break;
    case Member::kEndDatetime:
      read_date(end_, scalar, true);
      break;
    case Member::kPolicyType:
      read_policy_type(scalar);
      break;
    case Member::kPolicyDomain:
      policy().policy_domain = domain(scalar);
      break;
    case Member::kPolicyString:
      policy().policy_string.clear();
      if (const auto lines = text(scalar)) split_policy_string(*lines);
      break;
    case Member::kPolicyStringLine:
      if (const auto line = text(scalar)) add_policy_string(*line);
      break;
    case Member::kMxHost:  // one text instead of an array, as in RFC 8460's own example (erratum 6241, json-41)
      policy().mx_host.clear();
      [[fallthrough]];
    case Member::kMxHostPattern:
      add_mx_host(scalar);
      break;
    case Member::kSuccessfulSessions:
      has_successful_count_ = !scalar.null();
      policy().total_successful_session_count = count(scalar).value_or(0);
      break;
    case Member::kFailureSessions:
      has_failure_count_ = !scalar.null();
      policy().total_failure_session_count = count(scalar).value_or(0);
      break;
    case Member::kResultType:
      detail().result_type = lower_case(scalar).value_or("");
      break;
    case Member::kSendingMtaIp:
      detail().sending_mta_ip = address(scalar);
      break;
    case Member::kReceivingMxHostname:
      detail().receiving_mx_hostname = domain(scalar);
      break;
    case Member::kReceivingMxHelo:
      detail().receiving_mx_helo = text(scalar);
      break;
    case Member::kReceivingIp:
      detail().receiving_ip = address(scalar);
      break;
    case Member::kFailedSessions:
      has_failed_session_count_ = !scalar.null();
      detail().failed_session_count = count(scalar).value_or(1);
      break;
    case Member::kAdditionalInformation:
      detail().additional_information = text(scalar);
      break;
    case Member::kFailureReasonCode:
      detail().failure_reason_code = text(scalar);
      break;
    default:
      no_container(member, scalar);
      break;
  }
}

// A scalar where an object or an array belongs. `null` is as good as absent there (json-18, json-54).
void ReportBuilder::no_container(Member member, const Scalar& scalar) {
  switch (member) {
    case Member::kDateRange:
      start_ = end_ = {};
      if (!scalar.null()) start_.unreadable = excerpt(scalar.text);
      return;
    case Member::kPolicies:
      parsed_.report.policies.clear();
      has_policies_ = false;
      if (!scalar.null()) reject(Reason::kBadStructure, fmt::format("policies is no array: {}", excerpt(scalar.text)));
      return;
    case Member::kPolicy:
      begin_policy();
      break;
    case Member::kSummary:
      begin_summary(false);
      break;
    case Member::kFailureDetails:
      policy().failure_details.clear();
      break;
    default:
      break;
  }
  if (is_element(member) || !scalar.null()) deviate(DeviationCode::kWrongType, scalar.text);
}

void ReportBuilder::misplaced(Member member, std::string_view what) {
  switch (member) {
    case Member::kDateRange:
      end_ = {};
      [[fallthrough]];
    case Member::kStartDatetime:
      start_ = {std::nullopt, std::string(what)};
      return;
    case Member::kEndDatetime:
      end_ = {std::nullopt, std::string(what)};
      return;
    default:
      break;
  }
  if (!is_element(member)) value(member, Scalar{});
  deviate(DeviationCode::kWrongType, what);
}

void ReportBuilder::begin_policy() {
  policy().policy_type.reset();
  policy().policy_domain.reset();
  policy().policy_string.clear();
  policy().mx_host.clear();
}

void ReportBuilder::begin_summary(bool present) {
  has_summary_ = present;
  has_successful_count_ = has_failure_count_ = false;
  policy().total_successful_session_count = policy().total_failure_session_count = 0;
}

void ReportBuilder::add_policy(Member via) {
  std::vector<Policy>& policies = parsed_.report.policies;
  if (via == Member::kPolicies) {  // json-18
    policies.clear();
    has_policies_ = true;
    deviate(DeviationCode::kObjectInsteadOfArray);
  }
  if (policies.size() == limits_.policies) {
    reject(Reason::kTooManyPolicies,
           fmt::format("the report has more than {} policies (limits.policies)", limits_.policies));
    return;
  }
  spend(sizeof(Policy));
  policies.emplace_back();
  begin_summary(false);
}

void ReportBuilder::add_failure_detail(Member via) {
  if (via == Member::kFailureDetails) {  // json-54
    policy().failure_details.clear();
    deviate(DeviationCode::kObjectInsteadOfArray);
  }
  if (failure_details_ == limits_.failure_details) {
    reject(Reason::kTooManyFailureDetails, fmt::format("the report has more than {} failure details "
                                                       "(limits.failure_details)",
                                                       limits_.failure_details));
    return;
  }
  ++failure_details_;
  spend(sizeof(FailureDetail));
  policy().failure_details.emplace_back();
  has_failed_session_count_ = false;
}

void ReportBuilder::add_policy_string(std::string_view line) {
  line = trim(line);  // json-38
  if (line.empty()) return;
  spend(sizeof(std::string));
  policy().policy_string.emplace_back(line);
}

void ReportBuilder::add_mx_host(const Scalar& scalar) {
  const std::optional<std::string> sent = text(scalar);
  if (!sent) return;
  const std::string lower = ascii_lower(trim(*sent));
  const std::string_view host = without_policy_key(lower);
  if (host.size() != lower.size()) deviate(DeviationCode::kMxHostPrefix, *sent);
  const std::string pattern = normalize_domain(host);
  const std::string_view bare = without_policy_key(pattern);  // normalising may have made full-width letters plain
  if (bare.empty()) return;
  spend(sizeof(std::string));
  policy().mx_host.emplace_back(bare);
}

// json-37: one text instead of an array of lines.
void ReportBuilder::split_policy_string(std::string_view lines) {
  deviate(DeviationCode::kPolicyStringAsText, lines);
  if (lines.starts_with('[')) {
    add_policy_string(lines);
    unpack_policy_string(path_.pointer());
    return;
  }
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find_first_of("\n;"), lines.size());
    add_policy_string(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

// json-35: an array whose only element is the text of an array.
void ReportBuilder::unpack_policy_string(const std::string& pointer) {
  std::vector<std::string>& lines = policy().policy_string;
  while (lines.size() == 1 && lines.front().starts_with('[')) {
    const std::optional<std::vector<std::string>> packed = parse_string_array(lines.front());
    if (!packed) return;
    deviate_at(DeviationCode::kPackedPolicyString, pointer, lines.front());
    lines.clear();
    for (const std::string& line : *packed) {
      if (const auto sound = text({ScalarKind::kString, line})) add_policy_string(*sound);
    }
  }
}

void ReportBuilder::finish_policy() {
  if (!policy().policy_type) deviate_below(DeviationCode::kMissingPolicyType, "/policy/policy-type");
  if (!policy().policy_domain) deviate_below(DeviationCode::kMissingPolicyDomain, "/policy/policy-domain");
  if (!has_summary_) {
    deviate_below(DeviationCode::kMissingSummary, "/summary");
    return;
  }
  if (!has_successful_count_)
    deviate_below(DeviationCode::kMissingSessionCount, "/summary/total-successful-session-count");
  if (!has_failure_count_) deviate_below(DeviationCode::kMissingSessionCount, "/summary/total-failure-session-count");
}

void ReportBuilder::finish_failure_detail() {
  if (detail().result_type.empty()) {
    detail().result_type = "unknown";
    deviate_below(DeviationCode::kMissingResultType, "/result-type");
  }
  if (!has_failed_session_count_) {
    detail().failed_session_count = 1;
    deviate_below(DeviationCode::kMissingFailedSessionCount, "/failed-session-count");
  }
}

std::variant<ParsedReport, Rejection> ReportBuilder::finish() {
  if (!rejected()) finish_date_range();
  if (rejected()) {
    parsed_ = {};
    return *std::exchange(rejection_, std::nullopt);
  }
  const Report& report = parsed_.report;
  if (!report.organization_name) deviate_below(DeviationCode::kMissingOrganizationName, "/organization-name");
  if (!report.report_id) deviate_below(DeviationCode::kMissingReportId, "/report-id");
  if (!has_policies_) {
    deviate_below(DeviationCode::kMissingPolicies, "/policies");
  } else if (report.policies.empty()) {
    deviate_below(DeviationCode::kEmptyPolicies, "/policies");
  }
  if (more_deviations_ > 0) {
    parsed_.deviations.push_back({DeviationCode::kMoreDeviations, "", fmt::format("{} more", more_deviations_)});
  }
  return std::exchange(parsed_, {});
}

void ReportBuilder::reject(Reason reason, std::string detail) {
  if (rejected()) return;
  rejection_ = Rejection{reason, std::move(detail)};
  parsed_ = {};
}

void ReportBuilder::deviate(DeviationCode code, std::string_view detail) {
  deviate_at(code, path_.pointer(), detail);
}

void ReportBuilder::deviate_at(DeviationCode code, std::string pointer, std::string_view detail) {
  if (parsed_.deviations.size() == kMostDeviations) {
    ++more_deviations_;
    return;
  }
  Deviation deviation{code, std::move(pointer), excerpt(detail)};
  spend(sizeof(Deviation) + deviation.pointer.size() + deviation.detail.size());
  parsed_.deviations.push_back(std::move(deviation));
}

std::string ReportBuilder::keep(std::string text) {
  if (text.capacity() > std::string().capacity()) spend(text.capacity());
  return text;
}

void ReportBuilder::spend(std::size_t bytes) {
  spend_memory(memory_, bytes);
}

}  // namespace tlsrpt::parser

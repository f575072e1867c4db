#include "parser/report_builder.hpp"

#include <utility>

#include <fmt/format.h>

namespace tlsrpt::parser {
namespace {

// What a policy's arrays have room for at once: to grow there step by step would cost an allocation for each.
constexpr std::size_t kUsualLines = 6;
constexpr std::size_t kUsualHosts = 3;
constexpr std::size_t kMostDeviations = 1000;  // a report; a hostile one could have millions
constexpr std::size_t kReportCost = 4u << 10;  // memory of a report without anything in it, from here to the database

// An object's place in an array; nothing stands there before it is entered.
bool is_element(Member member) {
  return member == Member::kPolicyEntry || member == Member::kFailureDetail;
}

}  // namespace

void ReportBuilder::begin() {
  parsed_ = {};
  rejection_.reset();
  start_ = end_ = {};
  has_policies_ = false;
  failure_details_ = more_deviations_ = 0;
  spend(kReportCost);
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
      policy().policy_string.reserve(kUsualLines);
      break;
    case Context::kMxHost:
      policy().mx_host.clear();
      policy().mx_host.reserve(kUsualHosts);
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
      unpack_policy_string(true);
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
      report.organization_name = organization_name(scalar);
      break;
    case Member::kContactInfo:
      report.contact_info = text(scalar);
      break;
    case Member::kReportId:
      report.report_id = trim(scalar.text).empty() ? std::nullopt : text(scalar);
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
      if (const auto lines = sound(scalar)) split_policy_string(*lines);
      break;
    case Member::kPolicyStringLine:
      if (const auto line = sound(scalar)) add_policy_string(*line);
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
      if (!scalar.null()) start_.sent = excerpt(scalar.text);
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
  if (has_room_for_deviation()) add_deviation(code, path_.pointer(), detail);
}

void ReportBuilder::deviate_below(DeviationCode code, std::string_view members, std::string_view detail) {
  if (has_room_for_deviation()) add_deviation(code, path_.pointer_to(members), detail);
}

bool ReportBuilder::has_room_for_deviation() {
  if (parsed_.deviations.size() < kMostDeviations) return true;
  ++more_deviations_;
  return false;
}

void ReportBuilder::add_deviation(DeviationCode code, std::string pointer, std::string_view detail) {
  Deviation deviation{code, std::move(pointer), excerpt(detail)};
  spend(sizeof(Deviation) + deviation.pointer.size() + deviation.detail.size());
  parsed_.deviations.push_back(std::move(deviation));
}

// For what is kept of a text: no memory beside the string itself where that holds it.
std::string_view ReportBuilder::paid(std::string_view text) {
  if (text.size() > std::string().capacity()) spend(text.size());
  return text;
}

}  // namespace tlsrpt::parser

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "parser/domain.hpp"
#include "parser/json_parser.hpp"
#include "parser/report_builder.hpp"
#include "parser/text.hpp"

// What the elements of "policies" are made of.
namespace tlsrpt::parser {
namespace {

// A vector that grows holds its elements up to three times: as many again in reserve, and the old ones until they have
// moved.
constexpr std::size_t kElementCost = 3 * sizeof(std::string);

// Bytes of a policy's lines and hosts: a policy is one row of the database, of which several copies are made on the
// way. An MTA-STS policy should be no longer than 64 KiB (RFC 8461 §3.3).
constexpr std::size_t kMostPolicyBytes = 1u << 20;

// json-43: "mx: mx.example" → "mx.example".
std::string_view without_policy_key(std::string_view host) {
  const auto has_key = [](std::string_view text) {
    return text.size() >= 3 && (text[0] == 'm' || text[0] == 'M') && (text[1] == 'x' || text[1] == 'X') &&
           text[2] == ':';
  };
  while (has_key(host)) host = trim(host.substr(3));
  return host;
}

}  // namespace

void ReportBuilder::begin_policy() {
  policy().policy_type.reset();
  policy().policy_domain.reset();
  policy().policy_string.clear();
  policy().mx_host.clear();
  policy_bytes_ = 0;
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
  if (line.empty() || !has_room_in_policy(line)) return;
  spend(kElementCost);
  policy().policy_string.emplace_back(line);
}

void ReportBuilder::add_mx_host(const Scalar& scalar) {
  const auto sent = sound(scalar);
  if (!sent) return;
  const std::string_view trimmed = trim(*sent);
  const std::string_view host = without_policy_key(trimmed);
  if (host.size() != trimmed.size()) deviate(DeviationCode::kMxHostPrefix, *sent);
  std::string pattern = normalized(host);
  // Full-width letters may be plain now. A normalised name ends in no white space, so what goes stands at its start.
  pattern.erase(0, pattern.size() - without_policy_key(pattern).size());
  if (pattern.empty()) return;
  std::optional<std::string> name = short_enough(std::move(pattern), *sent);
  if (!name || !has_room_in_policy(*name)) return;
  spend(kElementCost);
  policy().mx_host.push_back(std::move(*name));
}

bool ReportBuilder::has_room_in_policy(std::string_view line) {
  if (policy_bytes_ + line.size() > kMostPolicyBytes) {
    deviate(DeviationCode::kOverlongName, line);
    return false;
  }
  policy_bytes_ += line.size();
  return true;
}

// json-37: one text instead of an array of lines.
void ReportBuilder::split_policy_string(std::string_view lines) {
  deviate(DeviationCode::kPolicyStringAsText, lines);
  if (lines.starts_with('[')) {
    add_policy_string(lines);
    unpack_policy_string(false);
    return;
  }
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find_first_of("\n;"), lines.size());
    add_policy_string(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

// json-35: an array whose only element is the text of an array.
void ReportBuilder::unpack_policy_string(bool is_array) {
  std::vector<std::string>& lines = policy().policy_string;
  while (lines.size() == 1 && lines.front().starts_with('[')) {
    const std::optional<std::vector<std::string>> packed = parse_string_array(lines.front());
    if (!packed) return;
    if (is_array) {
      deviate_below(DeviationCode::kPackedPolicyString, "/0", lines.front());
    } else {
      deviate(DeviationCode::kPackedPolicyString, lines.front());
    }
    lines.clear();
    for (const std::string& line : *packed) {
      if (const auto text = sound({ScalarKind::kString, line})) add_policy_string(*text);
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

}  // namespace tlsrpt::parser

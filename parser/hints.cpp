#include "parser/hints.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "parser/domain.hpp"
#include "parser/text.hpp"

namespace tlsrpt::parser {
namespace {

struct Filling {
  std::string value;
  std::string_view source;  // for the deviation's detail
};

// An empty hint is none, and neither is one that is too long for a name.
std::optional<std::string> domain_or_none(std::string domain) {
  if (domain.empty() || domain.size() > kLongestName) return std::nullopt;
  return domain;
}

// "2024-01-09T00:00:00Z_example.com" → "example.com": how Google and Postfix write their report-ids.
std::optional<std::string> domain_in_report_id(const std::optional<std::string>& report_id) {
  if (!report_id) return std::nullopt;
  const std::size_t underscore = report_id->rfind('_');
  if (underscore == std::string::npos) return std::nullopt;
  std::string domain = normalize_domain(std::string_view(*report_id).substr(underscore + 1));
  const std::size_t dot = domain.rfind('.');
  const bool is_name = dot != std::string::npos && dot != 0 &&
                       domain.find_first_of("abcdefghijklmnopqrstuvwxyz", dot) != std::string::npos &&
                       domain.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string::npos;
  return is_name ? domain_or_none(std::move(domain)) : std::nullopt;
}

std::optional<std::string> domain_in_header(const Hints& hints) {
  return domain_or_none(normalize_domain(hints.report_domain.value_or("")));
}

std::optional<std::string> domain_in_subject(const Hints& hints) {
  std::optional<ReportSubject> subject = parse_report_subject(hints.subject.value_or(""));
  return subject ? domain_or_none(std::move(subject->policy_domain)) : std::nullopt;
}

std::optional<std::string> domain_in_filename(const Hints& hints) {
  std::optional<ReportFilename> name = parse_report_filename(hints.filename.value_or(""));
  return name ? domain_or_none(std::move(name->policy_domain)) : std::nullopt;
}

std::optional<Filling> find_organization(const Hints& hints) {
  const std::string submitter(trim(hints.submitter.value_or("")));
  if (!submitter.empty()) return Filling{submitter, "TLS-Report-Submitter"};
  if (auto subject = parse_report_subject(hints.subject.value_or(""))) return Filling{subject->submitter, "Subject"};
  if (auto name = parse_report_filename(hints.filename.value_or(""))) return Filling{name->submitter, "file name"};
  if (hints.from_domain && !hints.from_domain->empty()) return Filling{std::string(*hints.from_domain), "From"};
  return std::nullopt;
}

std::optional<Filling> find_domain(const Report& report, const Hints& hints) {
  if (auto domain = domain_in_header(hints)) return Filling{std::move(*domain), "TLS-Report-Domain"};
  if (auto domain = domain_in_subject(hints)) return Filling{std::move(*domain), "Subject"};
  if (auto domain = domain_in_filename(hints)) return Filling{std::move(*domain), "file name"};
  if (auto domain = domain_in_report_id(report.report_id)) return Filling{std::move(*domain), "report-id"};
  return std::nullopt;
}

void fill_organization(ParsedReport& parsed, const Hints& hints) {
  if (parsed.report.organization_name) return;
  const std::optional<Filling> filling = find_organization(hints);
  if (!filling) return;
  // Nothing is said of what is cut off here: it is no part of the report.
  parsed.report.organization_name = excerpt(filling->value, kLongestOrganizationName);
  parsed.deviations.push_back(
      {DeviationCode::kFilledOrganizationName, "/organization-name", std::string(filling->source)});
}

void fill_policy_domains(ParsedReport& parsed, const Hints& hints) {
  std::vector<Policy>& policies = parsed.report.policies;
  if (std::all_of(policies.begin(), policies.end(), [](const Policy& p) { return p.policy_domain.has_value(); }))
    return;
  const std::optional<Filling> filling = find_domain(parsed.report, hints);
  if (!filling) return;
  for (std::size_t i = 0; i < policies.size(); ++i) {
    if (policies[i].policy_domain) continue;
    policies[i].policy_domain = filling->value;
    parsed.deviations.push_back({DeviationCode::kFilledPolicyDomain,
                                 fmt::format("/policies/{}/policy/policy-domain", i), std::string(filling->source)});
  }
}

}  // namespace

std::optional<std::string> submitter_domain(const Hints& hints) {
  if (hints.submitter) return normalize_domain(*hints.submitter);
  if (const auto subject = parse_report_subject(hints.subject.value_or("")))
    return normalize_domain(subject->submitter);
  if (auto name = parse_report_filename(hints.filename.value_or(""))) return std::move(name->submitter);
  return std::nullopt;
}

void fill_gaps(ParsedReport& parsed, const Hints& hints) {
  fill_organization(parsed, hints);
  fill_policy_domains(parsed, hints);
}

std::optional<std::string> report_domain(const Report& report, const Hints& hints) {
  const std::vector<Policy>& policies = report.policies;
  for (const Policy& policy : policies) {
    if (policy.policy_type == "sts" && policy.policy_domain) return policy.policy_domain;
  }
  const auto is_meant = [&](const std::optional<std::string>& hinted) {
    return hinted && std::any_of(policies.begin(), policies.end(), [&](const Policy& policy) {
             return policy.policy_domain && equal_or_below(*policy.policy_domain, *hinted);
           });
  };
  if (auto domain = domain_in_header(hints); is_meant(domain)) return domain;
  if (auto domain = domain_in_filename(hints); is_meant(domain)) return domain;
  const std::string* fewest = nullptr;
  const auto labels = [](const std::string& domain) { return std::count(domain.begin(), domain.end(), '.'); };
  for (const Policy& policy : policies) {
    if (policy.policy_domain && (fewest == nullptr || labels(*policy.policy_domain) < labels(*fewest))) {
      fewest = &*policy.policy_domain;
    }
  }
  if (fewest == nullptr) return std::nullopt;
  return *fewest;
}

}  // namespace tlsrpt::parser

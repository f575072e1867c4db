#include "collector/file_policies.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <tuple>

#include "collector/file_text.hpp"
#include "collector/print/policy_values.hpp"
#include "parser/session_total.hpp"

namespace tlsrpt::collector {
namespace {

constexpr std::size_t kMostBytes = 32 << 20;  // a hostile report may have ten thousand policies of a hundred hosts
constexpr std::size_t kMostHosts = 100;

template <typename Text>
std::vector<std::string> sorted(const std::vector<Text>& texts) {
  std::vector<std::string> some;
  for (const auto& text : texts) {
    if (some.size() < kMostHosts) some.push_back(kept(text));
  }
  std::ranges::sort(some);
  return some;
}

std::optional<std::int64_t> max_age_of(const parser::Policy& policy) {
  const auto values = policy_values(policy, "max_age");
  if (values.empty()) return std::nullopt;
  const auto text = values.front();
  std::int64_t age = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), age);
  if (error != std::errc{} || end != text.data() + text.size() || age < 0) return std::nullopt;
  return age;
}

std::optional<std::string> mode_of(const parser::Policy& policy) {
  const auto values = policy_values(policy, "mode");
  return values.empty() ? std::nullopt : std::optional(kept(values.front()));
}

std::vector<std::string> mx_of(const parser::Policy& policy) {
  const auto values = policy_values(policy, "mx");
  return values.empty() ? sorted(policy.mx_host) : sorted(values);
}

std::size_t size_of(const db::PolicySeen& policy) {
  std::size_t size = sizeof policy;
  for (const auto* texts : {&policy.mx, &policy.tlsa}) {
    for (const auto& text : *texts) size += sizeof(std::string) + text.size();
  }
  return size;
}

auto series(const db::PolicySeen& policy) {
  return std::tie(policy.recipient_domain, policy.policy_type, policy.policy_domain, policy.organization_name);
}

bool say_the_same(const db::PolicySeen& a, const db::PolicySeen& b) {
  return std::tie(a.mode, a.mx, a.max_age, a.tlsa) == std::tie(b.mode, b.mx, b.max_age, b.tlsa);
}

}  // namespace

void FilePolicies::add(const ReadReport& read, const std::string& organization, db::Time last_moment) {
  for (const auto& policy : read.parsed.report.policies) {
    const bool is_sts = policy.policy_type == "sts";
    const std::string domain(parser::recipient_domain(policy, read.report_domain));
    if ((!is_sts && policy.policy_type != "tlsa") || policy.policy_string.empty() || domain.empty()) continue;
    if (size_ >= kMostBytes) return;
    sightings_.push_back({.recipient_domain = domain,
                          .policy_type = *policy.policy_type,
                          .policy_domain = kept(policy.policy_domain.value_or("")),
                          .mode = is_sts ? mode_of(policy) : std::nullopt,
                          .mx = is_sts ? mx_of(policy) : sorted(policy.mx_host),
                          .max_age = is_sts ? max_age_of(policy) : std::nullopt,
                          .tlsa = is_sts ? std::vector<std::string>{} : sorted(policy.policy_string),
                          .organization_name = organization,
                          .first_seen = read.parsed.report.start_datetime,
                          .last_seen = last_moment,
                          .last_day = std::chrono::floor<std::chrono::days>(read.parsed.report.start_datetime)});
    size_ += size_of(sightings_.back());
  }
}

std::vector<db::PolicySeen> FilePolicies::changes() const {
  std::vector<const db::PolicySeen*> sightings;
  sightings.reserve(sightings_.size());
  for (const auto& seen : sightings_) sightings.push_back(&seen);
  std::ranges::stable_sort(sightings, {}, [](const db::PolicySeen* policy) {
    return std::tuple_cat(series(*policy), std::tie(policy->first_seen));
  });
  std::vector<db::PolicySeen> changes;
  for (const auto* seen : sightings) {
    const bool continues = !changes.empty() && series(changes.back()) == series(*seen);
    if (continues && say_the_same(changes.back(), *seen)) {
      changes.back().last_seen = std::max(changes.back().last_seen, seen->last_seen);
      changes.back().last_day = seen->last_day;
      continue;
    }
    if (continues) changes.back().replaced_at = seen->first_seen;
    changes.push_back(*seen);
  }
  return changes;
}

}  // namespace tlsrpt::collector

#include "collector/print/policy_history.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "collector/print/wording.hpp"
#include "collector/print/wrap.hpp"

namespace tlsrpt::collector {
namespace {

using db::PolicySeen;

// Sightings of the same policy between which nobody saw another.
struct Group {
  std::vector<const PolicySeen*> sightings;
  db::Time first_seen;
  db::Time last_seen;
};

auto subject(const PolicySeen& policy) {
  return std::tie(policy.recipient_domain, policy.policy_type, policy.policy_domain);
}
auto content(const PolicySeen& policy) {
  return std::tie(policy.mode, policy.mx, policy.max_age, policy.tlsa);
}
auto subject(const Group& group) {
  return subject(*group.sightings.front());
}

auto by_start(const PolicySeen* policy) {
  return std::tuple(subject(*policy), policy->first_seen);
}
auto by_content(const PolicySeen* policy) {
  return std::tuple(subject(*policy), content(*policy), policy->first_seen);
}

bool is_followed_by(const Group& group, const PolicySeen& policy, const std::vector<const PolicySeen*>& starts) {
  const auto& seen = *group.sightings.front();
  if (subject(seen) != subject(policy) || content(seen) != content(policy)) return false;
  // Whatever begins between the two is another policy: the same one would have become part of the group.
  const auto next = std::ranges::upper_bound(starts, std::tuple(subject(seen), group.last_seen), {}, by_start);
  return next == starts.end() || by_start(*next) >= by_start(&policy);
}

std::vector<Group> grouped(const db::Summary& summary) {
  std::vector<const PolicySeen*> sightings;
  for (const auto& policy : summary.policies) sightings.push_back(&policy);
  auto starts = sightings;
  std::ranges::sort(starts, {}, by_start);
  std::ranges::stable_sort(sightings, {}, by_content);
  std::vector<Group> groups;
  for (const auto* policy : sightings) {
    if (groups.empty() || !is_followed_by(groups.back(), *policy, starts)) {
      groups.push_back({.first_seen = policy->first_seen, .last_seen = policy->last_seen});
    }
    groups.back().sightings.push_back(policy);
    groups.back().last_seen = std::max(groups.back().last_seen, policy->last_seen);
  }
  std::ranges::stable_sort(groups, {}, [](const Group& group) { return std::tuple(subject(group), group.first_seen); });
  return groups;
}

std::string describe(const PolicySeen& policy) {
  constexpr std::size_t kRecordWidth = 18;
  std::vector<std::string> facts;
  if (policy.mode) facts.push_back("mode " + *policy.mode);
  if (!policy.tlsa.empty()) {
    std::vector<std::string> records;
    for (const auto& record : policy.tlsa) records.push_back(cut_to(record, kRecordWidth));
    facts.push_back("TLSA " + listed(records));
  }
  if (!policy.mx.empty()) facts.push_back("MX " + listed(policy.mx));
  if (policy.max_age) facts.push_back(fmt::format("max_age {}", *policy.max_age));
  return facts.empty() ? "not understood" : fmt::format("{}", fmt::join(facts, "; "));
}

std::string kind(const PolicySeen& policy) {
  const bool is_own = policy.policy_domain.empty() || policy.policy_domain == policy.recipient_domain;
  return is_own ? policy.policy_type : fmt::format("{} of {}", policy.policy_type, policy.policy_domain);
}

std::string seen_by(const Group& group) {
  std::vector<std::string> names;
  for (const auto* policy : group.sightings) {
    const auto name = reporter_name(policy->organization_name);
    names.push_back(policy->replaced_at ? fmt::format("{} until {}", name, date(policy->last_seen)) : name);
  }
  return listed(names);
}

bool is_current(const Group& group) {
  return std::ranges::any_of(group.sightings, [](const auto* policy) { return !policy->replaced_at; });
}

std::string remarks(const Group& group, const std::vector<Group>& groups) {
  bool changed = false;
  bool differs = false;
  const auto [first, last] =
      std::ranges::equal_range(groups, subject(group), {}, [](const Group& each) { return subject(each); });
  for (auto other = first; other != last; ++other) {
    changed = changed || other->first_seen < group.first_seen;
    differs = differs || (&*other != &group && is_current(group) && is_current(*other) &&
                          other->first_seen <= group.last_seen && group.first_seen <= other->last_seen);
  }
  return fmt::format("{}{}{}", changed ? "changed" : "", changed && differs ? ", " : "",
                     differs ? "reporters differ" : "");
}

}  // namespace

std::vector<PolicyPeriod> policy_history(const db::Summary& summary) {
  const auto groups = grouped(summary);
  std::vector<PolicyPeriod> history;
  for (const auto& group : groups) {
    const auto& policy = *group.sightings.front();
    history.push_back({.recipient_domain = policy.recipient_domain,
                       .kind = kind(policy),
                       .policy = describe(policy),
                       .first_seen = group.first_seen,
                       .last_seen = group.last_seen,
                       .current = is_current(group),
                       .seen_by = seen_by(group),
                       .remarks = remarks(group, groups)});
  }
  return history;
}

}  // namespace tlsrpt::collector

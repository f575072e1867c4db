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
  db::Day last_day;
  bool current = true;   // somebody saw no other since
  bool changed = false;  // there was another before
  bool differs = false;  // others see another at the same time
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

// Each with those of the same subject that began before it. Of the current ones, the one that was seen last overlaps
// with it if any does.
void compare(std::vector<Group>& groups) {
  const Group* first = nullptr;
  Group* latest = nullptr;
  for (auto& group : groups) {
    if (!first || subject(*first) != subject(group)) {
      first = &group;
      latest = nullptr;
    }
    group.changed = first->first_seen < group.first_seen;
    if (!group.current) continue;
    if (latest && group.first_seen <= latest->last_seen) group.differs = latest->differs = true;
    if (!latest || latest->last_seen < group.last_seen) latest = &group;
  }
}

std::vector<Group> grouped(const db::Summary& summary) {
  std::vector<const PolicySeen*> sightings;
  sightings.reserve(summary.policies.size());
  for (const auto& policy : summary.policies) sightings.push_back(&policy);
  auto starts = sightings;
  std::ranges::sort(starts, {}, by_start);
  std::ranges::stable_sort(sightings, {}, by_content);
  std::vector<Group> groups;
  for (const auto* policy : sightings) {
    if (groups.empty() || !is_followed_by(groups.back(), *policy, starts)) {
      groups.push_back(
          {.first_seen = policy->first_seen, .last_seen = policy->last_seen, .last_day = policy->last_day});
    }
    groups.back().sightings.push_back(policy);
    groups.back().last_seen = std::max(groups.back().last_seen, policy->last_seen);
    groups.back().last_day = std::max(groups.back().last_day, policy->last_day);
  }
  std::ranges::stable_sort(groups, {}, [](const Group& group) { return std::tuple(subject(group), group.first_seen); });
  for (auto& group : groups) {
    group.current = std::ranges::any_of(group.sightings, [](const auto* policy) { return !policy->replaced_at; });
  }
  compare(groups);
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
    names.push_back(policy->replaced_at ? fmt::format("{} until {}", name, date(policy->last_day)) : name);
  }
  return listed(names);
}

std::string remarks(const Group& group) {
  return fmt::format("{}{}{}", group.changed ? "changed" : "", group.changed && group.differs ? ", " : "",
                     group.differs ? "reporters differ" : "");
}

}  // namespace

std::vector<PolicyPeriod> policy_history(const db::Summary& summary) {
  const auto groups = grouped(summary);
  std::vector<PolicyPeriod> history;
  history.reserve(groups.size());
  for (const auto& group : groups) {
    const auto& policy = *group.sightings.front();
    history.push_back({.recipient_domain = policy.recipient_domain,
                       .kind = kind(policy),
                       .policy = describe(policy),
                       .first_seen = group.first_seen,
                       .last_seen = group.last_seen,
                       .last_day = group.last_day,
                       .current = group.current,
                       .seen_by = seen_by(group),
                       .remarks = remarks(group)});
  }
  return history;
}

}  // namespace tlsrpt::collector

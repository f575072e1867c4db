#include "collector/print/policy_history.hpp"

#include <string>

#include <doctest/doctest.h>

#include "collector/print/policy_values.hpp"
#include "sample_summary.hpp"

using namespace tlsrpt;
using namespace tlsrpt::collector;

namespace {

db::PolicySeen seen(const std::string& organization, const std::string& mode, int first, int last, bool replaced) {
  return {.recipient_domain = "example.com",
          .policy_type = "sts",
          .policy_domain = "example.com",
          .mode = mode,
          .organization_name = organization,
          .first_seen = january(first),
          .last_seen = january(last + 1) - std::chrono::seconds{1},
          .last_day = january(last),
          .replaced_at = replaced ? std::optional<db::Time>(january(last + 1)) : std::nullopt};
}

std::string shown(const PolicyPeriod& period) {
  return period.policy + " by " + period.seen_by + (period.remarks.empty() ? "" : ": " + period.remarks) +
         (period.current ? "" : " (replaced)");
}

}  // namespace

TEST_CASE("reporters that see the same policy share a line") {
  const auto history =
      policy_history({.policies = {seen("a", "enforce", 1, 9, false), seen("b", "enforce", 3, 20, false)}});
  REQUIRE(history.size() == 1);
  CHECK(shown(history[0]) == "mode enforce by a, b");
  CHECK(history[0].first_seen == january(1));
  CHECK(history[0].last_seen == january(21) - std::chrono::seconds{1});
}

TEST_CASE("a change is a line of its own, and so is a change back") {
  const auto history =
      policy_history({.policies = {seen("a", "enforce", 1, 9, true), seen("a", "testing", 10, 12, true),
                                   seen("a", "enforce", 13, 31, false)}});
  REQUIRE(history.size() == 3);
  CHECK(shown(history[0]) == "mode enforce by a until 2026-01-09 (replaced)");
  CHECK(shown(history[1]) == "mode testing by a until 2026-01-12: changed (replaced)");
  CHECK(shown(history[2]) == "mode enforce by a: changed");
}

TEST_CASE("reporters that see different policies at the same time differ") {
  const auto history =
      policy_history({.policies = {seen("a", "testing", 1, 2, true), seen("a", "enforce", 3, 31, false),
                                   seen("b", "testing", 1, 31, false)}});
  REQUIRE(history.size() == 2);
  CHECK(shown(history[0]) == "mode testing by a until 2026-01-02, b: reporters differ");
  CHECK(shown(history[1]) == "mode enforce by a: changed, reporters differ");
}

TEST_CASE("all that see different policies at the same time are told") {
  const auto history =
      policy_history({.policies = {seen("a", "enforce", 1, 31, false), seen("b", "testing", 2, 5, false),
                                   seen("c", "none", 4, 9, false), seen("d", "unknown", 20, 22, true)}});
  REQUIRE(history.size() == 4);
  CHECK(history[0].remarks == "reporters differ");
  CHECK(history[1].remarks == "changed, reporters differ");
  CHECK(history[2].remarks == "changed, reporters differ");
  CHECK(history[3].remarks == "changed");  // that one is no more
}

TEST_CASE("an old policy that somebody saw last before the change is no difference") {
  const auto history =
      policy_history({.policies = {seen("a", "testing", 1, 9, false), seen("b", "enforce", 15, 31, false)}});
  REQUIRE(history.size() == 2);
  CHECK(shown(history[1]) == "mode enforce by b: changed");
}

TEST_CASE("a policy that nobody saw for some days has not changed when the same is seen again") {
  const auto history =
      policy_history({.policies = {seen("a", "enforce", 1, 1, false), seen("b", "enforce", 9, 20, false)}});
  REQUIRE(history.size() == 1);
  CHECK(shown(history[0]) == "mode enforce by a, b");
  CHECK(history[0].last_seen == january(21) - std::chrono::seconds{1});
}

TEST_CASE("the policies of two hosts are no change of one") {
  auto first = seen("a", "enforce", 1, 31, false);
  auto second = seen("a", "enforce", 1, 31, false);
  first.policy_type = second.policy_type = "tlsa";
  first.policy_domain = "mx1.example.com";
  second.policy_domain = "mx2.example.com";
  const auto history = policy_history({.policies = {first, second}});
  REQUIRE(history.size() == 2);
  CHECK(history[0].kind == "tlsa of mx1.example.com");
  CHECK(history[1].kind == "tlsa of mx2.example.com");
  CHECK(history[1].remarks.empty());
}

TEST_CASE("TLSA records are told by their beginnings") {
  auto policy = seen("a", "", 1, 1, false);
  policy.mode.reset();
  policy.tlsa = {"3 1 1 " + std::string(64, 'a')};
  CHECK(policy_history({.policies = {policy}}).at(0).policy == "TLSA 3 1 1 aaaaaaaaaaa…");
}

TEST_CASE("json-38, json-39: lines of a policy are found by their key, whatever white space is around") {
  const parser::Policy policy{
      .policy_string = {"max_age: 86400", " Mode : testing\r", "mx: a ", "mx:b", "nmx: c", "mx"}};
  CHECK(policy_values(policy, "mode") == std::vector<std::string_view>{"testing"});
  CHECK(policy_values(policy, "mx") == std::vector<std::string_view>{"a", "b"});
  CHECK(policy_values(policy, "version").empty());
}

#include "db/policy_renderer.hpp"

#include <functional>
#include <utility>

#include <doctest/doctest.h>

namespace tlsrpt::db {
namespace {

parser::Policy policy_of(std::size_t number, std::size_t length) {
  parser::Policy policy;
  policy.policy_type = "sts";
  policy.policy_domain = "a.example";
  policy.policy_string = {std::to_string(number), std::string(length, 'x')};
  policy.mx_host = {"mx1.a.example", "mx2.a.example"};
  return policy;
}

std::string rendered(PolicyRenderer& renderer, const parser::Policy& policy,
                     std::string_view recipient_domain = "a.example",
                     const std::optional<std::string>& organization_name = "Org") {
  CopyText row;
  renderer.put(policy, recipient_domain, organization_name, row);
  return row.lines();
}

std::string fresh(const parser::Policy& policy, std::string_view recipient_domain = "a.example",
                  const std::optional<std::string>& organization_name = "Org") {
  PolicyRenderer renderer;
  return rendered(renderer, policy, recipient_domain, organization_name);
}

}  // namespace

TEST_CASE("a policy that is not followed has neither series nor version") {
  parser::Policy policy;
  policy.policy_type = "no-policy-found";
  policy.policy_domain = "a.example";
  CHECK(fresh(policy, "b.example") == "no-policy-found\ta.example\tb.example\t{}\t{}\t\\N\t\\N");
}

TEST_CASE("a policy that was rendered before is the same again") {
  PolicyRenderer used;
  const auto again = [&](const parser::Policy& policy) { return rendered(used, policy); };
  for (const std::size_t length : {10U, 2000U, 200'000U}) {
    const parser::Policy known = policy_of(1, length);
    CHECK(again(known) == fresh(known));
    CHECK(again(policy_of(2, length)) != fresh(known));
    CHECK(again(known) == fresh(known));
  }
  for (std::size_t number = 500; number < 5000; ++number) {
    for (const std::size_t which : {number, number - 500, number}) {
      const parser::Policy policy = policy_of(which, 10);
      CHECK(again(policy) == fresh(policy));
    }
  }
}

TEST_CASE("policies that differ in anything that is rendered are not taken for each other") {
  PolicyRenderer used;
  const parser::Policy known = policy_of(1, 10);
  const auto differs = [&](const std::function<void(parser::Policy&)>& change) {
    parser::Policy changed = known;
    change(changed);
    CHECK(rendered(used, known) == fresh(known));
    CHECK(rendered(used, changed) == fresh(changed));
  };
  differs([](parser::Policy& policy) { policy.policy_type = "tlsa"; });
  differs([](parser::Policy& policy) { policy.policy_type.reset(); });
  differs([](parser::Policy& policy) { policy.policy_domain = ""; });
  differs([](parser::Policy& policy) { policy.policy_domain.reset(); });
  differs([](parser::Policy& policy) { policy.policy_string.pop_back(); });
  differs([](parser::Policy& policy) { policy.policy_string = {"1xxxxxxxxxx"}; });
  differs([](parser::Policy& policy) { std::swap(policy.policy_string, policy.mx_host); });
  differs([](parser::Policy& policy) { policy.mx_host.pop_back(); });
  CHECK(rendered(used, known, "b.example", "Org") == fresh(known, "b.example"));
  CHECK(rendered(used, known, "a.example", std::nullopt) == fresh(known, "a.example", std::nullopt));
  CHECK(rendered(used, known, "a.example", "") == fresh(known, "a.example", ""));
  CHECK(rendered(used, known) == fresh(known));
}

}  // namespace tlsrpt::db

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "db/copy_text.hpp"
#include "parser/digester.hpp"
#include "parser/report.hpp"

namespace tlsrpt::db {

// Renders what a report quotes of a policy, which it does every day, while the policy changes once in months: what was
// rendered is kept, of a bounded number of policies that are not long. One per thread.
class PolicyRenderer {
 public:
  // Puts policy_type, policy_domain, recipient_domain, policy_string, mx_host, series, version.
  void put(const parser::Policy& policy, std::string_view recipient_domain,
           const std::optional<std::string>& organization_name, CopyText& row);

 private:
  void render(const parser::Policy& policy, std::string_view recipient_domain,
              const std::optional<std::string>& organization_name, CopyText& row);

  std::string key_;  // all that is rendered
  parser::Digester digester_;
  std::unordered_map<std::string, std::string> rendered_;
};

}  // namespace tlsrpt::db

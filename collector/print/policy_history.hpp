#pragma once

#include <string>
#include <vector>

#include "db/summary.hpp"

namespace tlsrpt::collector {

// A policy from when it was first seen until it was last seen before another one was.
struct PolicyPeriod {
  std::string recipient_domain;
  std::string kind;    // "sts", "tlsa", "tlsa of mx1.example.com" where that is not the domain's own
  std::string policy;  // "mode enforce; MX mx1.example.com; max_age 604800", "TLSA 3 1 1 0123456789…"
  db::Time first_seen;
  db::Time last_seen;
  db::Day last_day;
  bool current = false;  // somebody saw no other since
  std::string seen_by;   // "Mail.ru, Google Inc. until 2026-01-02"
  std::string remarks;   // "changed": there was another before; "reporters differ": others see another at the same time
};

// By domain and type, the oldest first.
[[nodiscard]] std::vector<PolicyPeriod> policy_history(const db::Summary& summary);

}  // namespace tlsrpt::collector

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "db/summary.hpp"
#include "parser/count.hpp"

namespace tlsrpt::collector {

struct Totals {
  std::int64_t reports = 0;  // only of rows of one domain: a report may concern several
  std::int64_t sessions = 0;
  std::int64_t failures = 0;

  void add(const db::DailySessions& row) noexcept {
    reports = parser::saturating_add(reports, row.reports);
    sessions = parser::saturating_add(sessions, row.sessions);
    failures = parser::saturating_add(failures, row.failures);
  }
};

[[nodiscard]] inline Totals total(const std::vector<db::DailySessions>& rows) noexcept {
  Totals all;
  for (const auto& row : rows) all.add(row);
  return all;
}

// By what `key` gives of a row: a member, or a function.
template <typename Key>
[[nodiscard]] auto totals_by(const std::vector<db::DailySessions>& rows, Key key) {
  std::map<std::decay_t<std::invoke_result_t<Key, const db::DailySessions&>>, Totals> totals;
  for (const auto& row : rows) totals[std::invoke(key, row)].add(row);
  return totals;
}

}  // namespace tlsrpt::collector

#pragma once

#include <optional>
#include <string>

#include "db/connection.hpp"
#include "db/summary.hpp"

namespace tlsrpt::db {

// By the UTC day on which reported periods start. "Today" is by the views' clock.
struct Period {
  std::optional<Day> from;  // none: `days` before today
  std::optional<Day> to;    // the last day, included; none: today
  int days = 7;
};

// One snapshot, through the views alone. `domain`: normalised; recipient domains equal to it or below it. None: all.
[[nodiscard]] Summary summarize(const Connection& connection, const Period& period,
                                const std::optional<std::string>& domain);

}  // namespace tlsrpt::db

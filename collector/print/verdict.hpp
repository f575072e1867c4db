#pragma once

#include <string>
#include <vector>

#include "db/summary.hpp"

namespace tlsrpt::collector {

// What a summary comes to.
struct Verdict {
  enum class Status {
    kIncidents,  // something fails
    kAttention,  // nothing is known to fail, but reports may be missing
    kNoReports,
    kOk,
  };
  Status status = Status::kOk;
  std::string headline;              // "2 open incidents, 1 critical"
  std::vector<std::string> details;  // sentences; strangers' text in them is not escaped
};

[[nodiscard]] Verdict verdict_of(const db::Summary& summary);

// "incidents", "attention", "no-reports" or "ok"
[[nodiscard]] std::string_view to_string(Verdict::Status status) noexcept;

}  // namespace tlsrpt::collector

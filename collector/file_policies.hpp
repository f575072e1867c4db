#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "collector/ingest.hpp"
#include "db/summary.hpp"

namespace tlsrpt::collector {

// What v_policy says, of reports that are in no database: the MTA-STS and DANE policies as each reporter saw them. Of a
// flood it takes the first 32 MiB.
class FilePolicies {
 public:
  void add(const ReadReport& read, const std::string& organization, db::Time last_moment);

  // Each reporter's, in time: one row from one change to the next.
  [[nodiscard]] std::vector<db::PolicySeen> changes() const;

 private:
  std::vector<db::PolicySeen> sightings_;  // one for each policy of each report
  std::size_t size_ = 0;                   // of all, in bytes
};

}  // namespace tlsrpt::collector

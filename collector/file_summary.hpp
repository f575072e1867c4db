#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "collector/file_policies.hpp"
#include "collector/ingest.hpp"
#include "db/store.hpp"
#include "db/summary.hpp"

namespace tlsrpt::collector {

// The answer that the views give, of reports that are in no database. What came after them is not known: no incident is
// open or resolved, and nobody is silent. Long names are cut, and a flood of kinds of failures is not taken whole.
class FileSummary {
 public:
  // A report counts once: what comes later with its identity does not, whatever it says.
  void add_report(const std::string& source, const ReadReport& read);
  void add_rejected(const std::string& source, const parser::Rejection& rejection);
  void add_ignored(const std::string& source, db::MessageKind kind, const std::string& because);

  [[nodiscard]] db::Summary summary(db::Time now) const;

 private:
  using DailyKey = std::tuple<db::Day, std::string, std::string>;        // day, domain, organization
  using FailureKey = std::tuple<std::string, std::string, std::string>;  // domain, result type, host
  using ReporterKey = std::pair<std::string, std::string>;               // domain, organization

  struct Failure {
    db::Time first_seen = db::Time::max();
    db::Time last_seen = db::Time::min();
    std::set<db::Day> days;
    std::set<std::string> organizations;
    std::set<std::string> reason_codes;
    std::int64_t failed_sessions = 0;
    std::int64_t reports = 0;
    std::int64_t sessions = 0;  // all in the reports that show the failure
    std::int64_t failures = 0;
  };
  struct Reporter {
    db::Time first_seen = db::Time::max();
    db::Time last_seen = db::Time::min();
    std::set<db::Day> days;
    std::map<std::string, std::int64_t> conformance;
  };

  void add_sessions(const ReadReport& read);
  void add_failures(const ReadReport& read);
  void add_reason_code(const std::string& domain, const parser::FailureDetail& detail);

  [[nodiscard]] std::vector<db::Incident> incidents() const;
  [[nodiscard]] std::vector<db::FailureKind> failures() const;
  [[nodiscard]] std::vector<db::Reporter> reporters() const;
  [[nodiscard]] std::vector<db::ParsedInput> inputs() const;

  std::map<parser::Digest, parser::Digest> contents_;  // by identity
  std::set<db::Day> days_;
  std::map<DailyKey, db::DailySessions> daily_;
  std::map<FailureKey, Failure> failures_;
  std::map<ReporterKey, Reporter> reporters_;
  FilePolicies policies_;
  std::vector<db::ParsedInput> inputs_;
};

}  // namespace tlsrpt::collector

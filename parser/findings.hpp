#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "parser/deviation.hpp"
#include "parser/reader.hpp"
#include "parser/source.hpp"

namespace tlsrpt::parser {

template <typename What>
[[nodiscard]] std::vector<Finding> single_finding(What what) {
  std::vector<Finding> findings;
  findings.push_back({"", std::move(what)});
  return findings;
}

[[nodiscard]] inline std::vector<Finding> rejected(const Refused& refused) {
  std::vector<Finding> findings = single_finding(refused.rejection());
  findings.front().recognised = refused.recognised();
  return findings;
}

[[nodiscard]] inline bool is_report(const Finding& finding) {
  return std::holds_alternative<ParsedReport>(finding.what);
}

[[nodiscard]] inline bool is_nothing(const Finding& finding) {
  return std::holds_alternative<NotAReport>(finding.what);
}

// A deviation of how the text was packed or encoded goes before all others, of every report in it.
void note_packing(std::vector<Finding>& findings, DeviationCode code, std::string_view detail = {});

}  // namespace tlsrpt::parser

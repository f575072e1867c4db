#include "parser/reader.hpp"

#include <fmt/format.h>

#include "parser/digester.hpp"
#include "parser/findings.hpp"
#include "parser/payload_reader.hpp"

namespace tlsrpt::parser {

struct ReportReader::State {
  State(const Limits& limits, Raw raw) : payloads(limits, raw) {}
  PayloadReader payloads;
  Digester digester;
};

ReportReader::ReportReader(const Limits& limits, Raw raw) : state_(std::make_unique<State>(limits, raw)) {}
ReportReader::ReportReader(ReportReader&&) noexcept = default;
ReportReader& ReportReader::operator=(ReportReader&&) noexcept = default;
ReportReader::~ReportReader() = default;

void ReportReader::start_message() noexcept {
  state_->payloads.start_message();
}

std::vector<Finding> ReportReader::read(std::string_view payload) {
  std::vector<Finding> findings;
  try {
    findings = state_->payloads.read(payload);
  } catch (const Refused& refused) {
    findings = rejected(refused);
  }
  const bool numbered = findings.size() > 1 || (state_->payloads.saw_array() && !is_nothing(findings.front()));
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (numbered) findings[i].suffix = fmt::format("#{}", i + 1);
    if (auto* const parsed = std::get_if<ParsedReport>(&findings[i].what)) {
      parsed->identity = state_->digester.identity(parsed->report);
      parsed->content = state_->digester.content(parsed->report);
    }
  }
  return findings;
}

}  // namespace tlsrpt::parser

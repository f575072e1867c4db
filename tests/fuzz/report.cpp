#include <string>
#include <variant>
#include <vector>

#include "check.hpp"
#include "parser/json.hpp"
#include "parser/reader.hpp"
#include "parser/text.hpp"

// The report parser: what it reads it can print, and reads again as the same.
namespace {

using tlsrpt::fuzz::require;
using tlsrpt::parser::FailureDetail;
using tlsrpt::parser::Finding;
using tlsrpt::parser::JsonWriter;
using tlsrpt::parser::ParsedReport;
using tlsrpt::parser::Policy;
using tlsrpt::parser::Report;
using tlsrpt::parser::ReportReader;

constexpr tlsrpt::parser::Limits kLimits{
    .decompressed = 1u << 20, .json_depth = 32, .string = 4096, .policies = 100, .failure_details = 1000};

// A byte that is no character is mended to three, and one that is hidden (DEL) is printed as six.
constexpr tlsrpt::parser::Limits kPrintedLimits{.decompressed = 6 * kLimits.decompressed,
                                                .json_depth = kLimits.json_depth,
                                                .string = 3 * kLimits.string,
                                                .policies = kLimits.policies,
                                                .failure_details = kLimits.failure_details};

std::vector<Finding> read(ReportReader& reader, std::string_view payload) {
  reader.start_message();
  auto findings = reader.read(payload);
  require(!findings.empty(), "something is said of every payload");
  return findings;
}

std::vector<Finding> read_sent(std::string_view payload) {
  static ReportReader reader(kLimits);
  return read(reader, payload);
}

std::vector<Finding> read_printed(std::string_view payload) {
  static ReportReader reader(kPrintedLimits);
  return read(reader, payload);
}

const ParsedReport* only_report(const std::vector<Finding>& findings) {
  return findings.size() == 1 ? std::get_if<ParsedReport>(&findings.front().what) : nullptr;
}

void check_bounds(const ParsedReport& parsed) {
  const Report& report = parsed.report;
  require(report.start_datetime <= report.end_datetime, "a period does not end before it starts");
  require(report.policies.size() <= kLimits.policies, "policies are bounded");
  std::size_t details = 0;
  for (const Policy& policy : report.policies) {
    require(policy.total_successful_session_count >= 0 && policy.total_failure_session_count >= 0, "counts count");
    details += policy.failure_details.size();
    for (const FailureDetail& detail : policy.failure_details) {
      require(detail.failed_session_count >= 0 && !detail.result_type.empty(), "a detail has a type and a count");
    }
  }
  require(details <= kLimits.failure_details, "failure details are bounded");
  for (const auto& deviation : parsed.deviations) {
    require(tlsrpt::parser::is_sound(deviation.detail) && deviation.detail.size() <= 256, "details are short texts");
  }
}

void check_stable(const ParsedReport& parsed) {
  const std::string printed = JsonWriter().value(parsed.report).take();
  const auto findings = read_printed(printed);
  const ParsedReport* const again = only_report(findings);
  require(again != nullptr, "what was printed is one report");
  require(again->report == parsed.report, "parse, print, parse gives the same report");
  require(again->identity == parsed.identity && again->content == parsed.content, "digests go by what a report says");
  require(JsonWriter().value(again->report).take() == printed, "print, parse, print gives the same text");
}

void check_raw(const ParsedReport& parsed) {
  const auto findings = read_sent(parsed.raw);
  const ParsedReport* const again = only_report(findings);
  require(again != nullptr && again->content == parsed.content, "what is kept as sent is the same report");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const Finding& finding : read_sent(tlsrpt::fuzz::text_of(data, size))) {
    const auto* const parsed = std::get_if<ParsedReport>(&finding.what);
    if (parsed == nullptr) continue;
    check_bounds(*parsed);
    check_stable(*parsed);
    check_raw(*parsed);
  }
  return 0;
}

#include "collector/print/csv.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "collector/escape.hpp"
#include "parser/json.hpp"

namespace tlsrpt::collector {
namespace {

constexpr std::string_view kHeader =
    "source,organization_name,report_id,start_datetime,end_datetime,"
    "policy_type,policy_domain,total_successful_session_count,total_failure_session_count,"
    "result_type,failed_session_count,sending_mta_ip,receiving_mx_hostname,receiving_mx_helo,receiving_ip,"
    "failure_reason_code,additional_information\r\n";
constexpr std::string_view kNoPolicy = ",,,";
constexpr std::string_view kNoFailure = ",,,,,,,";

std::string cell(const std::string& text) {
  return csv_field(text);
}
std::string cell(const std::optional<std::string>& text) {
  return text ? cell(*text) : std::string();
}
std::string cell(std::int64_t count) {
  return fmt::to_string(count);
}

std::string cells(std::initializer_list<std::string> each) {
  return fmt::format("{}", fmt::join(each, ","));
}

std::string cells_of(const std::string& source, const parser::Report& report) {
  return cells({cell(source), cell(report.organization_name), cell(report.report_id),
                parser::format_time(report.start_datetime), parser::format_time(report.end_datetime)});
}

std::string cells_of(const parser::Policy& policy) {
  return cells({cell(policy.policy_type), cell(policy.policy_domain), cell(policy.total_successful_session_count),
                cell(policy.total_failure_session_count)});
}

std::string cells_of(const parser::FailureDetail& failure) {
  return cells({cell(failure.result_type), cell(failure.failed_session_count), cell(failure.sending_mta_ip),
                cell(failure.receiving_mx_hostname), cell(failure.receiving_mx_helo), cell(failure.receiving_ip),
                cell(failure.failure_reason_code), cell(failure.additional_information)});
}

}  // namespace

void CsvPrinter::begin() {
  write(kHeader);
}

void CsvPrinter::report(const std::string& source, const ReadReport& read) {
  const auto& report = read.parsed.report;
  const auto report_cells = cells_of(source, report);
  const auto write_record = [&](std::string_view policy, std::string_view failure) {
    write(fmt::format("{},{},{}\r\n", report_cells, policy, failure));
  };
  if (report.policies.empty()) write_record(kNoPolicy, kNoFailure);
  for (const auto& policy : report.policies) {
    const auto policy_cells = cells_of(policy);
    if (policy.failure_details.empty()) write_record(policy_cells, kNoFailure);
    for (const auto& failure : policy.failure_details) write_record(policy_cells, cells_of(failure));
  }
}

void CsvPrinter::rejected(const std::string&, const parser::Rejection&) {}

void CsvPrinter::ignored(const std::string&, db::MessageKind, const std::string&) {}

}  // namespace tlsrpt::collector

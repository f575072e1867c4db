#include "db/report_rows.hpp"

#include <set>
#include <utility>
#include <vector>

#include <pqxx/result>

#include "db/copy.hpp"
#include "db/text.hpp"
#include "parser/digester.hpp"

namespace tlsrpt::db {
namespace {

constexpr const char* kPolicyColumns =
    "id, report_key, ordinal, policy_type, policy_domain, recipient_domain, policy_string, mx_host, "
    "total_successful_session_count, total_failure_session_count, start_datetime, end_datetime, "
    "series, version";
constexpr const char* kFailureDetailColumns =
    "policy_key, ordinal, result_type, sending_mta_ip, receiving_mx_hostname, receiving_mx_helo, receiving_ip, "
    "failed_session_count, additional_information, failure_reason_code, start_datetime";
constexpr const char* kSessionTotalColumns =
    "report_key, recipient_domain, organization_name, start_datetime, end_datetime, sessions, failures";
constexpr const char* kFailureTotalColumns =
    "report_key, recipient_domain, organization_name, start_datetime, end_datetime, result_type, host, "
    "failed_sessions, sessions, failures";
constexpr const char* kDeviationColumns = "report_key, code, json_pointer, detail";

struct PolicyRow {
  std::int64_t id;
  const ReportRow* report;
  std::int64_t ordinal;
  const parser::Policy* policy;
  std::string_view recipient_domain;

  const parser::Report& parsed() const { return report->report->parsed.report; }
};

std::vector<PolicyRow> policy_rows(pqxx::transaction_base& transaction, std::span<const ReportRow> rows) {
  std::vector<PolicyRow> policies;
  for (const ReportRow& row : rows) {
    std::int64_t ordinal = 0;
    for (const parser::Policy& policy : row.report->parsed.report.policies) {
      policies.push_back({0, &row, ++ordinal, &policy, recipient_domain(policy, row.report->report_domain)});
    }
  }
  const std::vector<std::int64_t> ids = draw_ids(transaction, "policy", policies.size());
  for (std::size_t i = 0; i < policies.size(); ++i) policies[i].id = ids[i];
  return policies;
}

std::int64_t eight_bytes(const parser::Digest& digest) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | digest[i];
  return static_cast<std::int64_t>(number);
}

// MTA-STS and DANE policies are followed over time, where the sender quotes them (json-36).
void put_series(CopyStream& stream, const PolicyRow& row, parser::Digester& digester) {
  const parser::Policy& policy = *row.policy;
  if ((policy.policy_type == "sts" || policy.policy_type == "tlsa") && !policy.policy_string.empty()) {
    const auto& organization = row.parsed().organization_name;
    stream.integer(eight_bytes(digester.policy_series(policy, row.recipient_domain, organization)))
        .integer(eight_bytes(digester.policy_version(policy)));
  } else {
    stream.null().null();
  }
}

void copy_policies(pqxx::transaction_base& transaction, std::span<const PolicyRow> rows) {
  if (rows.empty()) return;
  CopyStream stream{transaction, "policy", kPolicyColumns};
  parser::Digester digester;
  for (const PolicyRow& row : rows) {
    const parser::Policy& policy = *row.policy;
    stream.integer(row.id)
        .integer(row.report->id)
        .integer(row.ordinal)
        .text(policy.policy_type)
        .text(policy.policy_domain)
        .text(row.recipient_domain)
        .array(policy.policy_string)
        .array(policy.mx_host)
        .integer(policy.total_successful_session_count)
        .integer(policy.total_failure_session_count)
        .time(row.parsed().start_datetime)
        .time(row.parsed().end_datetime);
    put_series(stream, row, digester);
    stream.end_row();
  }
  stream.finish();
}

void copy_failure_details(pqxx::transaction_base& transaction, std::span<const PolicyRow> rows) {
  std::optional<CopyStream> stream;
  for (const PolicyRow& row : rows) {
    std::int64_t ordinal = 0;
    for (const parser::FailureDetail& detail : row.policy->failure_details) {
      if (!stream) stream.emplace(transaction, "failure_detail", kFailureDetailColumns);
      stream->integer(row.id)
          .integer(++ordinal)
          .text(std::string_view{detail.result_type})
          .text(detail.sending_mta_ip)
          .text(detail.receiving_mx_hostname)
          .text(detail.receiving_mx_helo)
          .text(detail.receiving_ip)
          .integer(detail.failed_session_count)
          .text(detail.additional_information)
          .text(detail.failure_reason_code)
          .time(row.parsed().start_datetime)
          .end_row();
    }
  }
  if (stream) stream->finish();
}

std::string_view organization_of(const ReportRow& row) {
  const auto& name = row.report->parsed.report.organization_name;
  return name ? std::string_view{*name} : std::string_view{};
}

std::vector<std::int64_t> ids_of(std::span<const ReportRow> rows) {
  std::vector<std::int64_t> ids;
  ids.reserve(rows.size());
  for (const ReportRow& row : rows) ids.push_back(row.id);
  return ids;
}

// What every total of a report begins with.
void begin_total(CopyStream& stream, const ReportRow& row, std::string_view recipient_domain) {
  const parser::Report& report = row.report->parsed.report;
  stream.integer(row.id)
      .text(recipient_domain)
      .text(organization_of(row))
      .time(report.start_datetime)
      .time(report.end_datetime);
}

void copy_session_totals(pqxx::transaction_base& transaction, std::span<const ReportRow> rows) {
  std::optional<CopyStream> stream;
  for (const ReportRow& row : rows) {
    for (const parser::SessionTotal& total : row.report->session_totals) {
      if (!stream) stream.emplace(transaction, "session_total", kSessionTotalColumns);
      begin_total(*stream, row, total.recipient_domain);
      stream->integer(total.sessions).integer(total.failures).end_row();
    }
  }
  if (stream) stream->finish();
}

void copy_failure_totals(pqxx::transaction_base& transaction, std::span<const ReportRow> rows) {
  std::optional<CopyStream> stream;
  for (const ReportRow& row : rows) {
    for (const parser::FailureTotal& total : row.report->failure_totals) {
      if (!stream) stream.emplace(transaction, "failure_total", kFailureTotalColumns);
      begin_total(*stream, row, total.recipient_domain);
      stream->text(std::string_view{total.result_type})
          .text(std::string_view{total.host})
          .integer(total.failed_sessions)
          .integer(total.sessions)
          .integer(total.failures)
          .end_row();
    }
  }
  if (stream) stream->finish();
}

void copy_deviations(pqxx::transaction_base& transaction, std::span<const ReportRow> rows) {
  std::optional<CopyStream> stream;
  for (const ReportRow& row : rows) {
    for (const parser::Deviation& deviation : row.report->parsed.deviations) {
      if (!stream) stream.emplace(transaction, "deviation", kDeviationColumns);
      stream->integer(row.id)
          .text(to_string(deviation.code))
          .text(std::string_view{deviation.pointer})
          .text(std::string_view{deviation.detail})
          .end_row();
    }
  }
  if (stream) stream->finish();
}

}  // namespace

void copy_reports(pqxx::transaction_base& transaction, const char* table, std::span<const ReportRow> rows) {
  CopyStream stream{transaction, table, kReportColumns};
  for (const ReportRow& row : rows) {
    const parser::ParsedReport& parsed = row.report->parsed;
    stream.integer(row.id)
        .time(parsed.report.start_datetime)
        .bytes(bytes_of(parsed.identity))
        .bytes(bytes_of(parsed.content))
        .text(parsed.report.organization_name)
        .text(parsed.report.report_id)
        .text(row.report->report_domain)
        .time(parsed.report.end_datetime)
        .text(parsed.report.contact_info)
        .text(row.report->submitter_domain)
        .text(row.report->filename)
        .text(to_string(row.message->authentic))
        .integer(row.message_key)
        .time(row.message->received_at)
        .bytes(parsed.raw)
        .end_row();
  }
  stream.finish();
}

void lock_pairs(pqxx::transaction_base& transaction, std::span<const ReportRow> inserted,
                std::span<const ReportRow> updated) {
  std::set<std::pair<std::string_view, std::string_view>> pairs;
  for (const auto& rows : {inserted, updated}) {
    for (const ReportRow& row : rows) {
      for (const parser::SessionTotal& total : row.report->session_totals) {
        pairs.emplace(total.recipient_domain, organization_of(row));
      }
    }
  }
  std::vector<std::string> domains;
  std::vector<std::string> organizations;
  for (const auto& [domain, organization] : pairs) {
    domains.emplace_back(domain);
    organizations.emplace_back(organization);
  }
  transaction.exec_params("SELECT lock_pairs($1::text[], $2::text[], $3::bigint[])", array_text(domains),
                          array_text(organizations), array_text(ids_of(updated)));
}

void copy_children(pqxx::transaction_base& transaction, std::span<const ReportRow> rows) {
  const std::vector<PolicyRow> policies = policy_rows(transaction, rows);
  copy_policies(transaction, policies);
  copy_failure_details(transaction, policies);
  copy_session_totals(transaction, rows);
  copy_failure_totals(transaction, rows);
  copy_deviations(transaction, rows);
}

void delete_children(pqxx::transaction_base& transaction, std::span<const ReportRow> rows) {
  const std::string keys = array_text(ids_of(rows));
  // failure_detail goes with its policy.
  transaction.exec_params("DELETE FROM policy WHERE report_key = ANY ($1::bigint[])", keys);
  transaction.exec_params("DELETE FROM session_total WHERE report_key = ANY ($1::bigint[])", keys);
  transaction.exec_params("DELETE FROM failure_total WHERE report_key = ANY ($1::bigint[])", keys);
  transaction.exec_params("DELETE FROM deviation WHERE report_key = ANY ($1::bigint[])", keys);
}

std::vector<std::int64_t> draw_ids(pqxx::transaction_base& transaction, const std::string& table, std::size_t count) {
  std::vector<std::int64_t> ids;
  if (count == 0) return ids;
  ids.reserve(count);
  const pqxx::result rows = transaction.exec_params("SELECT nextval($1::regclass) FROM generate_series(1, $2)",
                                                    table + "_id_seq", static_cast<std::int64_t>(count));
  for (const auto& row : rows) ids.push_back(row[0].as<std::int64_t>());
  return ids;
}

}  // namespace tlsrpt::db

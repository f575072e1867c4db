#include "db/report_rows.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <pqxx/result>

#include "db/copy.hpp"
#include "db/text.hpp"

namespace tlsrpt::db {
namespace {

// Keys are drawn here; all else was rendered.
std::string with_keys(std::string_view keys, Table table) {
  return fmt::format("{}, {}", keys, rendered_columns(table));
}

// Calls `use(table, fields)` for each row, in order.
template <typename Use>
void for_each_row(const RenderedReport& report, Use use) {
  for (const RenderedRows& part : report.parts) {
    std::size_t begin = 0;
    for (const auto& [table, end] : part.rows) {
      use(table, std::string_view{part.text}.substr(begin, end - 1 - begin));
      begin = end;
    }
  }
}

// Sends the rows of one table; a stream is opened only where there is one.
class RowSender {
 public:
  RowSender(pqxx::transaction_base& transaction, const char* name, std::string columns)
      : transaction_{transaction}, name_{name}, columns_{std::move(columns)} {}

  void send(std::initializer_list<std::int64_t> keys, std::string_view fields) {
    if (!stream_) stream_.emplace(transaction_, name_, columns_);
    for (const std::int64_t key : keys) stream_->row().integer(key);
    stream_->row().fields(fields);
    stream_->end_row();
  }

  void finish() {
    if (stream_) stream_->finish();
  }

 private:
  pqxx::transaction_base& transaction_;
  const char* name_;
  std::string columns_;
  std::optional<CopyStream> stream_;
};

std::size_t count_policies(std::span<const ReportRow> rows) {
  std::size_t count = 0;
  for (const ReportRow& row : rows) {
    for_each_row(*row.report, [&](Table table, std::string_view) { count += table == Table::kPolicy ? 1U : 0U; });
  }
  return count;
}

void copy_policies(pqxx::transaction_base& transaction, std::span<const ReportRow> rows) {
  const std::vector<std::int64_t> ids = draw_ids(transaction, "policy", count_policies(rows));
  RowSender policies{transaction, "policy", with_keys("id, report_key", Table::kPolicy)};
  auto id = ids.begin();
  for (const ReportRow& row : rows) {
    for_each_row(*row.report, [&](Table table, std::string_view fields) {
      if (table == Table::kPolicy) policies.send({*id++, row.id}, fields);
    });
  }
  policies.finish();

  RowSender details{transaction, "failure_detail", with_keys("policy_key", Table::kFailureDetail)};
  auto next = ids.begin();
  for (const ReportRow& row : rows) {
    for_each_row(*row.report, [&](Table table, std::string_view fields) {
      if (table == Table::kPolicy) ++next;
      if (table == Table::kFailureDetail) details.send({*std::prev(next)}, fields);
    });
  }
  details.finish();
}

void copy_of_reports(pqxx::transaction_base& transaction, const char* name, Table table,
                     std::span<const ReportRow> rows) {
  RowSender sender{transaction, name, with_keys("report_key", table)};
  for (const ReportRow& row : rows) {
    for_each_row(*row.report, [&](Table of, std::string_view fields) {
      if (of == table) sender.send({row.id}, fields);
    });
  }
  sender.finish();
}

std::vector<std::int64_t> ids_of(std::span<const ReportRow> rows) {
  std::vector<std::int64_t> ids;
  ids.reserve(rows.size());
  for (const ReportRow& row : rows) ids.push_back(row.id);
  return ids;
}

}  // namespace

std::string report_columns() {
  return fmt::format("id, message_key, authentic, received_at, {}, raw", rendered_columns(Table::kReport));
}

void copy_reports(pqxx::transaction_base& transaction, const char* table, std::span<const ReportRow> rows) {
  CopyStream stream{transaction, table, report_columns()};
  for (const ReportRow& row : rows) {
    for_each_row(*row.report, [&](Table of, std::string_view fields) {
      if (of != Table::kReport) return;
      stream.row()
          .integer(row.id)
          .integer(row.message_key)
          .text(to_string(row.message->authentic))
          .time(row.message->received_at)
          .fields(fields);
      stream.bytes(row.report->raw).end_row();
    });
  }
  stream.finish();
}

void lock_pairs(pqxx::transaction_base& transaction, std::span<const ReportRow> inserted,
                std::span<const ReportRow> updated) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (const auto& rows : {inserted, updated}) {
    for (const ReportRow& row : rows) {
      for (const std::string& domain : row.report->recipient_domains) {
        pairs.emplace_back(domain, row.report->organization_name);
      }
    }
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
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
  copy_policies(transaction, rows);
  copy_of_reports(transaction, "session_total", Table::kSessionTotal, rows);
  copy_of_reports(transaction, "failure_total", Table::kFailureTotal, rows);
  copy_of_reports(transaction, "deviation", Table::kDeviation, rows);
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

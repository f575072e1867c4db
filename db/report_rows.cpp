#include "db/report_rows.hpp"

#include <algorithm>
#include <array>
#include <iterator>
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

std::string_view own_row(const RenderedReport& report) {
  const std::string_view rows = report.rows;
  return rows.substr(1, rows.find('\n') - 1);
}

// A row of what hangs on reports.
struct Child {
  std::int64_t key;  // of its report; a failure detail's is its policy's place among the policies
  std::string_view fields;
};

// By table. Gathered in one pass, as reports are cold in the cache by the time they are written.
class Children {
 public:
  // They must outlive it.
  explicit Children(std::span<const ReportRow> reports) {
    for (const ReportRow& report : reports) {
      for_each_row(*report.report, [&](Table table, std::string_view fields) {
        const bool is_detail = table == Table::kFailureDetail;
        children(table).push_back({is_detail ? std::ssize(of(Table::kPolicy)) - 1 : report.id, fields});
      });
    }
  }

  [[nodiscard]] const std::vector<Child>& of(Table table) const { return tables_.at(static_cast<std::size_t>(table)); }

 private:
  std::vector<Child>& children(Table table) { return tables_.at(static_cast<std::size_t>(table)); }

  std::array<std::vector<Child>, kTables> tables_;
};

// `put_keys(row, child)` puts the columns of `keys`.
template <typename PutKeys>
void copy_rows(pqxx::transaction_base& transaction, const char* name, const Children& children, Table table,
               std::string_view keys, PutKeys put_keys) {
  if (children.of(table).empty()) return;
  CopyStream stream{transaction, name, with_keys(keys, table)};
  for (const Child& child : children.of(table)) {
    put_keys(stream.row(), child);
    stream.row().fields(child.fields);
    stream.end_row();
  }
  stream.finish();
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
    stream.row()
        .integer(row.id)
        .integer(row.message_key)
        .text(to_string(row.message->authentic))
        .time(row.message->received_at)
        .fields(own_row(*row.report));
    stream.bytes(row.report->raw).end_row();
  }
  stream.finish();
}

void lock_pairs(pqxx::transaction_base& transaction, std::span<const ReportRow> inserted,
                std::span<const ReportRow> updated) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (const auto& rows : {inserted, updated}) {
    for (const ReportRow& row : rows) {
      for (std::string_view domains = row.report->recipient_domains; !domains.empty();) {
        const std::string_view domain = domains.substr(0, domains.find('\0'));
        domains.remove_prefix(domain.size() + 1);
        const std::pair<std::string_view, std::string_view> pair{domain, row.report->organization_name};
        if (pairs.empty() || pairs.back() != pair) pairs.push_back(pair);  // those of one pair often stand together
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
  const Children children{rows};
  const std::vector<std::int64_t> ids = draw_ids(transaction, "policy", children.of(Table::kPolicy).size());
  auto next = ids.begin();
  copy_rows(transaction, "policy", children, Table::kPolicy, "id, report_key",
            [&](CopyText& row, const Child& policy) { row.integer(*next++).integer(policy.key); });
  copy_rows(transaction, "failure_detail", children, Table::kFailureDetail, "policy_key",
            [&](CopyText& row, const Child& detail) { row.integer(ids[static_cast<std::size_t>(detail.key)]); });
  const auto put_report = [](CopyText& row, const Child& child) { row.integer(child.key); };
  copy_rows(transaction, "deviation", children, Table::kDeviation, "report_key", put_report);
  // As late as possible: batches of thousands of reports need all of the few locks, whatever pairs they are of.
  lock_pairs(transaction, rows, {});
  // In this order: storing totals settles failures, those of the same reports among them (migrations/0020).
  copy_rows(transaction, "failure_total", children, Table::kFailureTotal, "report_key", put_report);
  copy_rows(transaction, "session_total", children, Table::kSessionTotal, "report_key", put_report);
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
  if (count == 0) return {};
  // One value for all: libpq and libpqxx have a good deal to do for each row.
  const pqxx::result drawn =
      transaction.exec_params("SELECT array_agg(nextval($1::regclass)) FROM generate_series(1, $2)", table + "_id_seq",
                              static_cast<std::int64_t>(count));
  return integers_from_array(drawn[0][0].c_str());
}

}  // namespace tlsrpt::db

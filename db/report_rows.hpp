#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/transaction>

#include "db/render.hpp"

// The rows of reports and of what hangs on them, COPYed.
namespace tlsrpt::db {

struct ReportRow {
  std::int64_t id = 0;
  std::int64_t message_key = 0;
  const NewMessage* message = nullptr;  // whose envelope the report stands by; like the report, outlives the row
  const RenderedReport* report = nullptr;
};

// What copy_reports fills, in its order.
[[nodiscard]] std::string report_columns();

void copy_reports(pqxx::transaction_base& transaction, const char* table, std::span<const ReportRow> rows);

// Waits until no other transaction writes totals of the same organizations on the same domains, and keeps others
// waiting until its end: what one stores may settle what another does (migrations/0008). A transaction's first call
// names all that it needs; those after it name no others.
void lock_pairs(pqxx::transaction_base& transaction, std::span<const ReportRow> inserted,
                std::span<const ReportRow> updated);

// policy, failure_detail, deviation, failure_total and session_total of reports that have none yet. Locks their pairs.
void copy_children(pqxx::transaction_base& transaction, std::span<const ReportRow> rows);
void delete_children(pqxx::transaction_base& transaction, std::span<const ReportRow> rows);

// `count` new ids of a table, in one call.
[[nodiscard]] std::vector<std::int64_t> draw_ids(pqxx::transaction_base& transaction, const std::string& table,
                                                 std::size_t count);

}  // namespace tlsrpt::db

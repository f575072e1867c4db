#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "db/connection.hpp"
#include "db/report_rows.hpp"

namespace tlsrpt::db {

// What it points to outlives the call of upsert_reports.
struct IncomingReport {
  std::int64_t message_key = 0;
  const NewMessage* message = nullptr;
  const RenderedReport* report = nullptr;
};

struct UpsertResult {
  enum class What { kStored, kUpdated, kDuplicate, kConflict } what = What::kStored;
  bool is_own = false;   // duplicate of what stands by the same message already
  std::string standing;  // of a conflict: what stands, for people
};

// Makes what upsert_reports needs on this connection, in a transaction of its own; once.
void prepare_upsert(const Connection& connection);

// Upserts reports as if they came one after the other; one result a report, in their order. Their messages' rows may be
// written later in the same transaction. prepare_upsert comes before. Throws Error kUnavailable where a report was
// deleted while it was met: the same again may succeed.
[[nodiscard]] std::vector<UpsertResult> upsert_reports(pqxx::transaction_base& transaction,
                                                       std::span<const IncomingReport> incoming);

}  // namespace tlsrpt::db

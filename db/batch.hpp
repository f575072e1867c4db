#pragma once

#include <optional>
#include <span>
#include <vector>

#include <pqxx/transaction_base>

#include "db/message_rows.hpp"
#include "db/report_upsert.hpp"
#include "db/store.hpp"

// The pieces of writing a batch that reprocessing shares.
namespace tlsrpt::db {

// Everything of a batch within the transaction given: watermark, messages, reports, quarantine. One result a message.
std::vector<MessageResult> write_rows(pqxx::transaction_base& transaction, const std::optional<Watermark>& watermark,
                                      std::span<const RenderedMessage> messages, const BatchOptions& options);

// By what became of its reports, and whether anything of it is in quarantine.
[[nodiscard]] Outcome outcome_of(std::span<const UpsertResult> reports, bool is_quarantined);

// Trying a message again is no arrival: a report that stands by this very message already is not its own duplicate.
void take_own_as_stored(std::span<UpsertResult> reports);

// What goes to quarantine: the message's own rejections, then the conflicts among its reports.
[[nodiscard]] std::vector<NewQuarantine> quarantine_of(const RenderedMessage& message,
                                                       std::span<const UpsertResult> reports);

}  // namespace tlsrpt::db

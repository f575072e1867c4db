#include "db/store.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "db/batch.hpp"
#include "db/message_rows.hpp"
#include "db/quarantine_rows.hpp"
#include "db/refused.hpp"
#include "db/text.hpp"
#include "db/transaction.hpp"
#include "db/watermark.hpp"

namespace tlsrpt::db {
namespace {

std::vector<IncomingReport> reports_of(std::span<const RenderedMessage> messages,
                                       std::span<const MessagePlace> places) {
  std::vector<IncomingReport> incoming;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (!places[i].gives_reports()) continue;
    for (const RenderedReport& report : messages[i].reports) {
      incoming.push_back({places[i].id, &messages[i].message, &report});
    }
  }
  return incoming;
}

// A message read again keeps its row, and what it did not give then is not asked of it now. What this run did with it
// counts: its reports may have been deleted meanwhile, or others stand in their place.
MessageResult result_again(Outcome before, Outcome now) {
  if (!was_taken(before)) return {.outcome = before, .is_known = true};
  return {.outcome = was_taken(now) ? now : Outcome::kDuplicate, .is_taken = was_taken(now)};
}

// The same message twice in a batch: only imports have that.
MessageResult result_of_repeat(const MessageResult& first) {
  return {.outcome = was_taken(first.outcome) ? Outcome::kDuplicate : first.outcome};
}

// The batch in one transaction; where PostgreSQL refuses something of it, in halves, down to the one message. So also
// where it takes too long: else a message that always does would keep its mailbox where it is for ever.
class BatchWriter {
 public:
  BatchWriter(const Connection& connection, const BatchOptions& options) : connection_(connection), options_(options) {}

  std::vector<MessageResult> write(const std::optional<Watermark>& watermark, std::span<RenderedMessage> messages) {
    try {
      return write_whole(watermark, messages);
    } catch (const RefusedData&) {
      if (messages.empty()) throw;
      return messages.size() == 1 ? write_one(watermark, messages.front()) : write_halves(watermark, messages);
    }
  }

 private:
  std::vector<MessageResult> write_whole(const std::optional<Watermark>& watermark,
                                         std::span<const RenderedMessage> messages) {
    return in_transaction(
        connection_, [&](pqxx::work& transaction) { return write_rows(transaction, watermark, messages, options_); });
  }

  std::vector<MessageResult> write_halves(const std::optional<Watermark>& watermark,
                                          std::span<RenderedMessage> messages) {
    const std::size_t half = messages.size() / 2;
    std::optional<Watermark> first = watermark;
    std::optional<Watermark> second = watermark;
    if (watermark) first->to = second->from = messages[half - 1].message.uid.value_or(watermark->from);
    std::vector<MessageResult> results = write(first, messages.first(half));
    const std::vector<MessageResult> rest = write(second, messages.subspan(half));
    results.insert(results.end(), rest.begin(), rest.end());
    return results;
  }

  std::vector<MessageResult> write_one(const std::optional<Watermark>& watermark, RenderedMessage& message) {
    message = without_refused(std::move(message), [&](const RenderedMessage& part) {
      try_out(connection_, [&](pqxx::work& transaction) { write_rows(transaction, watermark, {&part, 1}, options_); });
    });
    return write_whole(watermark, {&message, 1});
  }

  const Connection& connection_;
  const BatchOptions& options_;
};

void count(PollRun& counts, Outcome outcome) {
  ++counts.fetched;
  switch (outcome) {
    case Outcome::kStored:
      ++counts.stored;
      break;
    case Outcome::kUpdated:
      ++counts.updated;
      break;
    case Outcome::kDuplicate:
      ++counts.duplicate;
      break;
    case Outcome::kIgnored:
      ++counts.ignored;
      break;
    case Outcome::kQuarantined:
      ++counts.quarantined;
      break;
    case Outcome::kPartial:
      ++counts.partial;
      break;
  }
}

}  // namespace

std::string_view to_string(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::kStored:
      return "stored";
    case Outcome::kUpdated:
      return "updated";
    case Outcome::kDuplicate:
      return "duplicate";
    case Outcome::kIgnored:
      return "ignored";
    case Outcome::kQuarantined:
      return "quarantined";
    case Outcome::kPartial:
      break;
  }
  return "partial";
}

Outcome outcome_of(std::span<const UpsertResult> reports, bool is_quarantined) {
  using What = UpsertResult::What;
  const auto any = [&](What what) {
    return std::any_of(reports.begin(), reports.end(), [&](const UpsertResult& result) { return result.what == what; });
  };
  if (is_quarantined) {
    return any(What::kStored) || any(What::kUpdated) || any(What::kDuplicate) ? Outcome::kPartial
                                                                              : Outcome::kQuarantined;
  }
  if (any(What::kStored)) return Outcome::kStored;
  if (any(What::kUpdated)) return Outcome::kUpdated;
  if (any(What::kDuplicate)) return Outcome::kDuplicate;
  return Outcome::kIgnored;
}

void take_own_as_stored(std::span<UpsertResult> reports) {
  for (UpsertResult& result : reports) {
    if (result.is_own && result.what == UpsertResult::What::kDuplicate) result.what = UpsertResult::What::kStored;
  }
}

std::vector<NewQuarantine> quarantine_of(const RenderedMessage& message, std::span<const UpsertResult> reports) {
  std::vector<NewQuarantine> entries = message.message.quarantine;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (reports[i].what != UpsertResult::What::kConflict) continue;
    entries.push_back({message.reports[i].attachment, {parser::Reason::kConflict, reports[i].standing}});
  }
  return entries;
}

std::vector<MessageResult> write_rows(pqxx::transaction_base& transaction, const std::optional<Watermark>& watermark,
                                      std::span<const RenderedMessage> messages, const BatchOptions& options) {
  if (watermark) move_watermark(transaction, *watermark);
  const std::vector<MessagePlace> places = place_messages(transaction, watermark, messages);
  std::vector<UpsertResult> upserted = upsert_reports(transaction, reports_of(messages, places));

  std::vector<MessageResult> results;
  std::vector<QuarantineRows> quarantine;
  std::span<UpsertResult> rest = upserted;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const MessagePlace& place = places[i];
    if (place.repeats) {
      results.push_back(result_of_repeat(results[*place.repeats]));
      continue;
    }
    const auto own = rest.first(place.gives_reports() ? messages[i].reports.size() : 0);
    rest = rest.subspan(own.size());
    if (place.is_forgotten) take_own_as_stored(own);
    std::vector<NewQuarantine> entries = quarantine_of(messages[i], own);
    const Outcome now = outcome_of(own, !entries.empty());
    results.push_back(place.before ? result_again(*place.before, now)
                                   : MessageResult{.outcome = now, .is_taken = was_taken(now)});
    if (place.is_new() && !entries.empty())
      quarantine.push_back({place.id, std::move(entries), messages[i].message.raw});
  }
  copy_messages(transaction, watermark, messages, places, results, options.after_pending);
  copy_quarantine(transaction, quarantine, options.quarantine_bytes);
  return results;
}

BatchResult write_batch(const Connection& connection, const std::optional<Watermark>& watermark,
                        std::vector<RenderedMessage> messages, const BatchOptions& options) {
  prepare_upsert(connection);
  BatchResult result;
  for (const MessageResult& written : BatchWriter{connection, options}.write(watermark, messages)) {
    result.outcomes.push_back(written.outcome);
    result.known.push_back(written.is_known);
    count(result.counts, written.outcome);
  }
  return result;
}

}  // namespace tlsrpt::db

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <pqxx/transaction_base>

#include "db/store.hpp"

// The `message` rows of a batch.
namespace tlsrpt::db {

[[nodiscard]] Outcome outcome_from_string(std::string_view word);

// A message that was taken has its reports stored, or an equal of them.
[[nodiscard]] constexpr bool was_taken(Outcome outcome) noexcept {
  return outcome == Outcome::kStored || outcome == Outcome::kUpdated || outcome == Outcome::kDuplicate;
}

// Where a message of a batch has its row.
struct MessagePlace {
  std::int64_t id = 0;
  std::optional<Outcome> before;       // its row was there already, with this outcome, and keeps it
  std::optional<std::size_t> repeats;  // the message of the batch that it is over again: nothing is written for it
  // Its row was there, of a message that was put into quarantine; but its entries are gone (`prune`, `quarantine
  // drop`), so nothing else would ever try it again: it is new, under the id it had.
  bool is_forgotten = false;

  [[nodiscard]] bool is_new() const noexcept { return !before && !repeats; }
  [[nodiscard]] bool gives_reports() const noexcept { return !repeats && (!before || was_taken(*before)); }
};

// Finds the rows that are there, by UID (in ascending order, each once) or (without a watermark) by SHA-256, and draws
// ids for all others.
[[nodiscard]] std::vector<MessagePlace> place_messages(pqxx::transaction_base& transaction,
                                                       const std::optional<Watermark>& watermark,
                                                       std::span<const RenderedMessage> messages);

// What became of a message of a batch.
struct MessageResult {
  Outcome outcome = Outcome::kIgnored;
  bool is_taken = false;  // by what this run found: then `after:` may touch it
  bool is_known = false;  // its row was there already, with nothing taken, and keeps its outcome
};

// Inserts the rows of new messages, in the place of forgotten ones; of those that were there, notes what `after:` has
// to do.
void copy_messages(pqxx::transaction_base& transaction, const std::optional<Watermark>& watermark,
                   std::span<const RenderedMessage> messages, std::span<const MessagePlace> places,
                   std::span<const MessageResult> results, bool after_pending);

}  // namespace tlsrpt::db

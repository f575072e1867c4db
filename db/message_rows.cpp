#include "db/message_rows.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include <fmt/format.h>
#include <pqxx/result>
#include <pqxx/row>

#include "db/copy.hpp"
#include "db/report_rows.hpp"
#include "db/text.hpp"

namespace tlsrpt::db {
namespace {

constexpr std::array kOutcomes = {Outcome::kStored,  Outcome::kUpdated,     Outcome::kDuplicate,
                                  Outcome::kIgnored, Outcome::kQuarantined, Outcome::kPartial};

std::string columns() {
  return fmt::format("id, mailbox_key, uid_validity, uid, outcome, after_done_at, {}", kRenderedMessageColumns);
}

// The last column: something of it was quarantined, and nothing of it is in quarantine any more.
constexpr std::string_view kFind =
    "SELECT {}, id, outcome, outcome IN ('quarantined', 'partial')"
    " AND NOT EXISTS (SELECT FROM quarantine WHERE message_key = m.id) FROM message m WHERE {}";

// What refers to a message may do so until the end of the transaction: by then its row is there again.
constexpr const char* kDelete = "DELETE FROM message WHERE id = ANY ($1::bigint[])";

constexpr const char* kMarkPending =
    "UPDATE message SET after_done_at = NULL WHERE id = ANY ($1::bigint[]) AND after_done_at IS NOT NULL";
constexpr const char* kMarkSettled =
    "UPDATE message SET after_done_at = now() WHERE id = ANY ($1::bigint[]) AND after_done_at IS NULL";

// `found` is a row of kFind.
void note_found(MessagePlace& place, const pqxx::row& found) {
  place.id = found[1].as<std::int64_t>();
  place.is_forgotten = found[3].as<bool>();
  if (!place.is_forgotten) place.before = outcome_from_string(found[2].c_str());
}

Error without_key(const NewMessage& message) {
  return Error{Error::Kind::kBug, fmt::format("{} has neither a UID nor a digest", message.source)};
}

void find_by_uid(pqxx::transaction_base& transaction, const Watermark& watermark,
                 std::span<const RenderedMessage> messages, std::vector<MessagePlace>& places) {
  std::vector<std::int64_t> uids;
  uids.reserve(messages.size());
  for (const RenderedMessage& rendered : messages) {
    if (!rendered.message.uid) throw without_key(rendered.message);
    const std::int64_t uid = uid_to_sql(*rendered.message.uid);
    if (!uids.empty() && uid <= uids.back()) {
      throw Error{Error::Kind::kBug, fmt::format("UID {} comes after {}", uid, uids.back())};
    }
    uids.push_back(uid);
  }
  const pqxx::result rows = transaction.exec_params(
      fmt::format(kFind, "uid", "mailbox_key = $1 AND uid_validity = $2 AND uid = ANY ($3::bigint[])"),
      watermark.mailbox, uid_validity_to_sql(watermark.uid_validity), array_text(uids));
  for (const auto& row : rows) {
    const auto found = std::ranges::lower_bound(uids, row[0].as<std::int64_t>());
    note_found(places[static_cast<std::size_t>(found - uids.begin())], row);
  }
}

void find_by_digest(pqxx::transaction_base& transaction, std::span<const RenderedMessage> messages,
                    std::vector<MessagePlace>& places) {
  std::vector<std::string> digests;
  std::unordered_map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto& sha256 = messages[i].message.sha256;
    if (!sha256) throw without_key(messages[i].message);
    const auto [found, is_first] = first.try_emplace(bytea_text(*sha256), i);
    if (is_first) {
      digests.push_back(found->first);
    } else {
      places[i].repeats = found->second;
    }
  }
  const pqxx::result rows = transaction.exec_params(
      fmt::format(kFind, "sha256", "mailbox_key IS NULL AND sha256 = ANY ($1::bytea[])"), array_text(digests));
  for (const auto& row : rows) note_found(places[first.at(row[0].c_str())], row);
}

void delete_forgotten(pqxx::transaction_base& transaction, std::span<const MessagePlace> places) {
  std::vector<std::int64_t> ids;
  for (const MessagePlace& place : places) {
    if (place.is_forgotten) ids.push_back(place.id);
  }
  if (!ids.empty()) transaction.exec_params(kDelete, array_text(ids));
}

// The messages that were there: those taken are pending once more if `after:` asks for it; those that this run found
// otherwise must not be touched any more, whatever was found before.
void note_again(pqxx::transaction_base& transaction, std::span<const MessagePlace> places,
                std::span<const MessageResult> results, bool after_pending) {
  std::vector<std::int64_t> taken;
  std::vector<std::int64_t> others;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i].before) (results[i].is_taken ? taken : others).push_back(places[i].id);
  }
  if (after_pending && !taken.empty()) transaction.exec_params(kMarkPending, array_text(taken));
  if (!others.empty()) transaction.exec_params(kMarkSettled, array_text(others));
}

}  // namespace

Outcome outcome_from_string(std::string_view word) {
  for (const Outcome outcome : kOutcomes) {
    if (to_string(outcome) == word) return outcome;
  }
  throw Error{Error::Kind::kBug, fmt::format("unknown outcome {}", word)};
}

std::vector<MessagePlace> place_messages(pqxx::transaction_base& transaction, const std::optional<Watermark>& watermark,
                                         std::span<const RenderedMessage> messages) {
  std::vector<MessagePlace> places(messages.size());
  if (watermark) {
    find_by_uid(transaction, *watermark, messages, places);
  } else {
    find_by_digest(transaction, messages, places);
  }
  std::size_t count = 0;
  const auto needs_id = [](const MessagePlace& place) { return place.is_new() && !place.is_forgotten; };
  for (const MessagePlace& place : places) count += needs_id(place) ? 1U : 0U;
  std::size_t drawn = 0;
  const std::vector<std::int64_t> ids = draw_ids(transaction, "message", count);
  for (MessagePlace& place : places) {
    if (needs_id(place)) place.id = ids[drawn++];
  }
  return places;
}

void copy_messages(pqxx::transaction_base& transaction, const std::optional<Watermark>& watermark,
                   std::span<const RenderedMessage> messages, std::span<const MessagePlace> places,
                   std::span<const MessageResult> results, bool after_pending) {
  std::optional<std::int64_t> mailbox;
  std::optional<std::int64_t> uid_validity;
  if (watermark) {
    mailbox = watermark->mailbox;
    uid_validity = uid_validity_to_sql(watermark->uid_validity);
  }
  delete_forgotten(transaction, places);
  std::optional<CopyStream> stream;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (!places[i].is_new()) continue;
    if (!stream) stream.emplace(transaction, "message", columns());
    CopyText& row = stream->row();
    row.integer(places[i].id).integer(mailbox).integer(uid_validity);
    watermark ? row.integer(uid_to_sql(*messages[i].message.uid)) : row.null();
    row.text(to_string(results[i].outcome));
    after_pending&& results[i].is_taken ? row.null() : row.now();
    row.fields(messages[i].fields);
    stream->end_row();
  }
  if (stream) stream->finish();
  note_again(transaction, places, results, after_pending);
}

}  // namespace tlsrpt::db

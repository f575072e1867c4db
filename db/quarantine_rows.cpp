#include "db/quarantine_rows.hpp"

#include <algorithm>
#include <optional>

#include <pqxx/result>

#include "db/copy.hpp"
#include "db/report_rows.hpp"

namespace tlsrpt::db {

namespace {

std::optional<std::int64_t> take_id(std::vector<QuarantineId>& before, const std::string& attachment) {
  const auto found = std::ranges::find(before, attachment, &QuarantineId::attachment);
  if (found == before.end()) return std::nullopt;
  const std::int64_t id = found->id;
  before.erase(found);
  return id;
}

std::vector<std::int64_t> ids_for(pqxx::transaction_base& transaction, std::span<const QuarantineRows> messages) {
  std::vector<std::optional<std::int64_t>> ids;
  for (const QuarantineRows& message : messages) {
    std::vector<QuarantineId> before = message.before;
    for (const NewQuarantine& entry : message.entries) ids.push_back(take_id(before, entry.attachment));
  }
  const auto missing = std::ranges::count_if(ids, [](const auto& id) { return !id; });
  const std::vector<std::int64_t> drawn = draw_ids(transaction, "quarantine", static_cast<std::size_t>(missing));
  std::vector<std::int64_t> complete;
  complete.reserve(ids.size());
  std::size_t next = 0;
  for (const auto& id : ids) complete.push_back(id ? *id : drawn[next++]);
  return complete;
}

}  // namespace

void copy_quarantine(pqxx::transaction_base& transaction, std::span<const QuarantineRows> messages,
                     std::uint64_t limit) {
  if (messages.empty()) return;
  auto kept =
      transaction.exec1("SELECT coalesce(sum(octet_length(raw)), 0)::bigint FROM quarantine")[0].as<std::uint64_t>();
  const std::vector<std::int64_t> ids = ids_for(transaction, messages);
  auto id = ids.begin();
  CopyStream stream{transaction, "quarantine",
                    "id, message_key, attachment, reason, detail, raw, attempts, last_attempt_at"};
  for (const QuarantineRows& message : messages) {
    bool is_first = true;
    for (const NewQuarantine& entry : message.entries) {
      CopyText& row = stream.row();
      row.integer(*id++)
          .integer(message.message_key)
          .text(std::string_view{entry.attachment})
          .text(to_string(entry.rejection.reason))
          .text(std::string_view{entry.rejection.detail});
      if (is_first && !message.raw.empty() && kept + message.raw.size() <= limit) {
        stream.bytes(message.raw);
        kept += message.raw.size();
      } else {
        row.null();
      }
      row.integer(message.attempts);
      message.attempts > 0 ? row.now() : row.null();
      stream.end_row();
      is_first = false;
    }
  }
  stream.finish();
}

}  // namespace tlsrpt::db

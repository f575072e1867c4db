#include "db/quarantine_rows.hpp"

#include <pqxx/result>

#include "db/copy.hpp"

namespace tlsrpt::db {

void copy_quarantine(pqxx::transaction_base& transaction, std::span<const QuarantineRows> messages,
                     std::uint64_t limit) {
  if (messages.empty()) return;
  auto kept =
      transaction.exec1("SELECT coalesce(sum(octet_length(raw)), 0)::bigint FROM quarantine")[0].as<std::uint64_t>();
  CopyStream stream{transaction, "quarantine",
                    "message_key, attachment, reason, detail, raw, attempts, last_attempt_at"};
  for (const QuarantineRows& message : messages) {
    bool is_first = true;
    for (const NewQuarantine& entry : message.entries) {
      stream.integer(message.message_key)
          .text(std::string_view{entry.attachment})
          .text(to_string(entry.rejection.reason))
          .text(std::string_view{entry.rejection.detail});
      if (is_first && !message.raw.empty() && kept + message.raw.size() <= limit) {
        stream.bytes(message.raw);
        kept += message.raw.size();
      } else {
        stream.null();
      }
      stream.integer(message.attempts);
      message.attempts > 0 ? stream.now() : stream.null();
      stream.end_row();
      is_first = false;
    }
  }
  stream.finish();
}

}  // namespace tlsrpt::db

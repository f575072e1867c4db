#include "collector/preview.hpp"

#include <utility>
#include <vector>

#include "collector/fetched_message.hpp"
#include "collector/imap/session.hpp"
#include "collector/mailbox_place.hpp"

namespace tlsrpt::collector {

Preview preview_mailbox(const Config& config, const MailboxConfig& mailbox, const std::stop_token& stop) {
  const db::Connection database(config.database.reveal());
  const auto state = db::peek_mailbox(database, identity_of(mailbox));
  imap::Session session(login_account(mailbox));
  const auto folder = session.examine(mailbox.folder);
  const auto watermark = state && state->uid_validity == folder.uid_validity ? state->last_uid : 0;

  Preview preview;
  if (!folder.has_nothing_after(watermark)) {
    MessageReader reader(config, mailbox);
    const auto found = session.search({.after = watermark});
    session.fetch(found.uids, {.max_message = config.mime_limits.message},
                  [&](std::vector<imap::FetchedMessage> group) {
                    for (auto& fetched : group) {
                      const auto message = reader.read(std::move(fetched), false);
                      ++preview.messages;
                      preview.reports += static_cast<std::int64_t>(message.reports.size());
                      if (!message.quarantine.empty()) ++preview.quarantined;
                      if (message.quarantine.empty() && message.reports.empty()) ++preview.ignored;
                    }
                    return !stop.stop_requested();
                  });
  }
  session.logout();
  return preview;
}

}  // namespace tlsrpt::collector

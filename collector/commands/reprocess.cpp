#include <map>
#include <memory>

#include <fmt/format.h>

#include "collector/commands/command.hpp"
#include "collector/counts.hpp"
#include "collector/database.hpp"
#include "collector/fetched_message.hpp"
#include "collector/import_message.hpp"
#include "collector/log.hpp"
#include "collector/mailboxes.hpp"
#include "collector/output.hpp"
#include "collector/pass.hpp"
#include "collector/reaction.hpp"
#include "db/quarantine.hpp"

namespace tlsrpt::collector {

namespace {

const MailboxConfig* find_mailbox(const Config& config, const std::optional<std::string>& name) {
  for (const auto& mailbox : config.mailboxes) {
    if (mailbox.name == name) return &mailbox;
  }
  return nullptr;
}

// Fetches messages whose bytes were not kept: one session a mailbox, opened when the first is asked for.
class Refetcher {
 public:
  explicit Refetcher(const Config& config) : config_(config) {}

  // None where the mailbox is not configured any more, its UIDs are others now, or the message is gone.
  std::optional<imap::FetchedMessage> fetch(const MailboxConfig& mailbox, const db::QuarantinedMessage& message) {
    auto& open = sessions_[mailbox.name];
    if (!open.session) {
      auto session = std::make_unique<imap::Session>(login_account(mailbox));
      open.uid_validity = session->examine(mailbox.folder).uid_validity;
      open.session = std::move(session);
    }
    if (open.uid_validity != message.uid_validity || !message.uid) return std::nullopt;
    std::optional<imap::FetchedMessage> fetched;
    const std::vector<imap::Uid> uids{*message.uid};
    open.session->fetch(uids, {.max_message = config_.mime_limits.message},
                        [&](std::vector<imap::FetchedMessage> group) {
                          fetched = std::move(group.front());
                          return true;
                        });
    return fetched;
  }

 private:
  struct Open {
    std::unique_ptr<imap::Session> session;
    std::uint64_t uid_validity = 0;
  };
  const Config& config_;
  std::map<std::string, Open> sessions_;
};

class Reprocessor {
 public:
  Reprocessor(const Config& config, const db::Connection& database)
      : config_(config), database_(database), refetcher_(config), importer_(config) {}

  // The message's new outcome; none where it could not be tried.
  std::optional<db::Outcome> retry(std::int64_t message_key) {
    const auto stored = db::load_quarantined(database_, message_key);
    const auto* mailbox = find_mailbox(config_, stored.mailbox_name);
    auto message = read_again(stored, mailbox);
    if (!message) {
      db::note_attempt(database_, message_key);
      return std::nullopt;
    }
    return db::rewrite_message(database_, message_key, std::move(*message),
                               {.after_pending = mailbox != nullptr && mailbox->after != After::kKeep,
                                .quarantine_bytes = config_.quarantine_bytes});
  }

 private:
  std::optional<db::NewMessage> read_again(const db::QuarantinedMessage& stored, const MailboxConfig* mailbox) {
    if (!stored.mailbox)
      return stored.raw ? std::optional(importer_.read_again(*stored.raw, stored.source)) : std::nullopt;
    if (mailbox == nullptr) return std::nullopt;
    imap::FetchedMessage fetched;
    if (stored.raw) {
      fetched.body = *stored.raw;
      fetched.uid = stored.uid.value_or(0);
      if (stored.received_at) fetched.internal_date = stored.received_at->time_since_epoch().count();
    } else if (auto again = refetcher_.fetch(*mailbox, stored)) {
      fetched = std::move(*again);
    } else {
      return std::nullopt;
    }
    return MessageReader(config_, *mailbox).read(std::move(fetched), true);
  }

  const Config& config_;
  const db::Connection& database_;
  Refetcher refetcher_;
  ImportReader importer_;
};

}  // namespace

ExitCode execute(const ReprocessOptions& options, const Config& config) {
  const auto database = open_database(config);
  const auto reason = options.reason ? std::optional(std::string(to_string(*options.reason))) : std::nullopt;
  const auto messages = db::quarantined_messages(database, reason, options.ids);
  Reprocessor reprocessor(config, database);
  auto worst = ExitCode::kOk;
  std::map<std::string, int> outcomes;
  for (const auto key : messages) {
    try {
      const auto outcome = reprocessor.retry(key);
      ++outcomes[outcome ? std::string(db::to_string(*outcome)) : "not to be had any more"];
    } catch (...) {
      const auto verdict = react(std::current_exception());
      log::error("message {}: {}", key, verdict.text);
      worst = worse(worst, verdict.exit_code);
      ++outcomes["not tried"];
    }
  }
  Output output;
  output.write(fmt::format("tried {} message{}\n", messages.size(), messages.size() == 1 ? "" : "s"));
  for (const auto& [outcome, count] : outcomes) output.write(fmt::format("{:>6} {}\n", count, outcome));
  output.finish();
  return worst;
}

}  // namespace tlsrpt::collector

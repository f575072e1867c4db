#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "collector/commands/command.hpp"
#include "collector/database.hpp"
#include "collector/fetched_message.hpp"
#include "collector/import_message.hpp"
#include "collector/log.hpp"
#include "collector/output.hpp"
#include "collector/reaction.hpp"
#include "collector/refetcher.hpp"
#include "db/quarantine.hpp"

namespace tlsrpt::collector {

namespace {

// Dropped, pruned or taken by another process since the command began.
constexpr std::string_view kGone = "not in quarantine any more";

// By its place: the name may have changed since, or stand for another place.
const MailboxConfig* find_mailbox(const Config& config, const std::optional<db::MailboxIdentity>& wanted) {
  if (!wanted) return nullptr;
  const auto found = std::ranges::find_if(config.mailboxes, [&](const MailboxConfig& mailbox) {
    return mailbox.account.server == wanted->server && mailbox.account.username == wanted->username &&
           mailbox.folder == wanted->folder;
  });
  return found == config.mailboxes.end() ? nullptr : &*found;
}

class Reprocessor {
 public:
  Reprocessor(const Config& config, const db::Connection& database)
      : config_(config), database_(database), refetcher_(config), importer_(config) {}

  // What became of the message, in a word or some.
  std::string_view retry(std::int64_t message_key) {
    const auto stored = db::load_quarantined(database_, message_key);
    if (!stored) return kGone;
    const auto* mailbox = find_mailbox(config_, stored->mailbox);
    auto message = mailbox == nullptr ? importer_.read_again(*stored) : read_again(*mailbox, *stored);
    if (!message) {
      log::warning("message {} ({}): its bytes were not kept, and are not to be had any more", message_key,
                   stored->source);
      db::note_attempt(database_, message_key);
      return "not to be had any more";
    }
    const auto outcome = db::rewrite_message(database_, message_key, std::move(*message),
                                             {.after_pending = mailbox != nullptr && mailbox->after != After::kKeep,
                                              .quarantine_bytes = config_.quarantine_bytes});
    return outcome ? db::to_string(*outcome) : kGone;
  }

 private:
  std::optional<db::NewMessage> read_again(const MailboxConfig& mailbox, const db::QuarantinedMessage& stored) {
    std::optional<imap::FetchedMessage> fetched;
    if (stored.raw) {
      fetched = {.uid = stored.uid.value(), .body = *stored.raw};
      if (stored.received_at) fetched->internal_date = stored.received_at->time_since_epoch().count();
    } else {
      fetched = refetcher_.fetch(mailbox, stored.uid_validity.value(), stored.uid.value());
    }
    if (!fetched) return std::nullopt;
    return MessageReader(config_, mailbox).read(std::move(*fetched), true);
  }

  const Config& config_;
  const db::Connection& database_;
  Refetcher refetcher_;
  ImportReader importer_;
};

}  // namespace

// What keeps one message, or the messages of one mailbox, from being tried does not concern the others; what is wrong
// with the database concerns all.
ExitCode execute(const ReprocessOptions& options, const Config& config) {
  const auto database = open_current_database(config);
  const auto reason = options.reason ? std::optional(std::string(to_string(*options.reason))) : std::nullopt;
  auto worst = ExitCode::kOk;
  for (const auto id : options.ids) {
    if (db::find_quarantine(database, id)) continue;
    log::error("no quarantine entry has the id {}", id);
    worst = ExitCode::kNoInput;
  }
  const auto messages = db::quarantined_messages(database, reason, options.ids);
  Reprocessor reprocessor(config, database);
  std::map<std::string_view, int> outcomes;
  std::set<std::string> said;
  for (const auto key : messages) {
    try {
      ++outcomes[reprocessor.retry(key)];
    } catch (const db::Error&) {
      throw;
    } catch (...) {
      const auto verdict = react(std::current_exception());
      if (said.insert(verdict.text).second) log::error("message {}: {}", key, verdict.text);
      worst = worse(worst, verdict.exit_code);
      ++outcomes["not tried"];
    }
  }
  Output output;
  output.write(fmt::format("{} message{}\n", messages.size(), messages.size() == 1 ? "" : "s"));
  for (const auto& [outcome, count] : outcomes) output.write(fmt::format("{:>6} {}\n", count, outcome));
  output.finish();
  return worst;
}

}  // namespace tlsrpt::collector

#include "collector/commands/command.hpp"
#include "collector/database.hpp"
#include "collector/log.hpp"
#include "collector/mailboxes.hpp"
#include "collector/poll.hpp"
#include "collector/reaction.hpp"
#include "collector/stop_signal.hpp"
#include "collector/worker.hpp"

namespace tlsrpt::collector {

namespace {

// What is wrong with the database is said at once, while somebody is looking; one that is only down may come up.
void require_database(const Config& config) {
  try {
    (void)open_database(config);
  } catch (const db::Error& error) {
    if (react(std::current_exception()).reaction != Reaction::kTryLater) throw;
    log::warning("{}", error.what());
  }
}

}  // namespace

ExitCode execute(const RunOptions&, const Config& config) {
  const auto mailboxes = selected_mailboxes(config, std::nullopt);
  const StopSignal stop;
  require_database(config);
  log::info("polling {} mailbox{} every {} s", mailboxes.size(), mailboxes.size() == 1 ? "" : "es",
            config.poll.every.count());
  run_worker(
      config,
      [&](const MailboxConfig& mailbox) -> std::optional<Reaction> {
        try {
          poll(config, mailbox, {.command = "run", .stop = stop.token()});
          return std::nullopt;
        } catch (...) {
          const auto verdict = react(std::current_exception());
          log::error("mailbox {}: {}", mailbox.name, verdict.text);
          return verdict.reaction;
        }
      },
      stop.token());
  return ExitCode::kOk;
}

}  // namespace tlsrpt::collector

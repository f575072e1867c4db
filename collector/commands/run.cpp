#include "collector/commands/command.hpp"
#include "collector/log.hpp"
#include "collector/mailboxes.hpp"
#include "collector/poll.hpp"
#include "collector/reaction.hpp"
#include "collector/stop_signal.hpp"
#include "collector/worker.hpp"

namespace tlsrpt::collector {

ExitCode execute(const RunOptions&, const Config& config) {
  const auto mailboxes = selected_mailboxes(config, std::nullopt);
  const StopSignal stop;
  log::info("polling {} mailbox{} every {} s", mailboxes.size(), mailboxes.size() == 1 ? "" : "es",
            config.poll.every.count());
  run_worker(
      config,
      [&](const MailboxConfig& mailbox) {
        try {
          poll(config, mailbox, {.command = "run", .stop = stop.token()});
          return true;
        } catch (...) {
          log::error("mailbox {}: {}", mailbox.name, react(std::current_exception()).text);
          return false;
        }
      },
      stop.token());
  return ExitCode::kOk;
}

}  // namespace tlsrpt::collector

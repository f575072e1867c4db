#include <mutex>

#include <fmt/format.h>

#include "collector/commands/command.hpp"
#include "collector/counts.hpp"
#include "collector/mailboxes.hpp"
#include "collector/output.hpp"
#include "collector/poll.hpp"
#include "collector/preview.hpp"
#include "collector/stop_signal.hpp"

namespace tlsrpt::collector {

namespace {

ExitCode preview(const Config& config, const std::vector<const MailboxConfig*>& mailboxes,
                 const std::stop_token& stop) {
  Output output;
  std::mutex mutex;
  const auto code = for_each_mailbox(config, mailboxes, [&](const MailboxConfig& mailbox) {
    const auto seen = preview_mailbox(config, mailbox, stop);
    const std::lock_guard lock(mutex);
    output.write(fmt::format("{}: {} new messages, {} reports in them; {} messages would be ignored, {} quarantined\n",
                             mailbox.name, seen.messages, seen.reports, seen.ignored, seen.quarantined));
  });
  output.finish();
  return code;
}

}  // namespace

ExitCode execute(const CollectOptions& options, const Config& config) {
  const auto mailboxes = selected_mailboxes(config, options.mailbox);
  const StopSignal stop;
  if (options.dry_run) return preview(config, mailboxes, stop.token());
  Progress progress(label_of(mailboxes));
  return for_each_mailbox(config, mailboxes, [&](const MailboxConfig& mailbox) {
    if (stop.token().stop_requested()) return;
    poll(config, mailbox, {.command = "collect", .progress = &progress, .stop = stop.token()});
  });
}

}  // namespace tlsrpt::collector

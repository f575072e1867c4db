#include "collector/mailboxes.hpp"

#include <algorithm>
#include <mutex>

#include <fmt/format.h>

#include "collector/error.hpp"
#include "collector/log.hpp"
#include "collector/reaction.hpp"
#include "collector/threads.hpp"

namespace tlsrpt::collector {

std::vector<const MailboxConfig*> selected_mailboxes(const Config& config, const std::optional<std::string>& name) {
  std::vector<const MailboxConfig*> selected;
  for (const auto& mailbox : config.mailboxes) {
    if (!name || mailbox.name == *name) selected.push_back(&mailbox);
  }
  if (selected.empty()) {
    const auto where = config.path.empty() ? std::string("no configuration file was found: name one with -c FILE")
                                           : fmt::format("{}: add it to `mailboxes`", config.path);
    throw ConfigError(name ? fmt::format("no mailbox is named {}; {}", *name, where)
                           : fmt::format("no mailbox is configured; {}", where));
  }
  return selected;
}

std::string label_of(const std::vector<const MailboxConfig*>& mailboxes) {
  return mailboxes.size() == 1 ? mailboxes.front()->name : fmt::format("{} mailboxes", mailboxes.size());
}

ExitCode for_each_mailbox(const Config& config, const std::vector<const MailboxConfig*>& mailboxes,
                          const std::function<void(const MailboxConfig&)>& visit) {
  std::mutex mutex;
  std::size_t next = 0;
  auto worst = ExitCode::kOk;
  const auto work = [&] {
    for (;;) {
      const MailboxConfig* mailbox = nullptr;
      {
        const std::lock_guard lock(mutex);
        if (next == mailboxes.size()) return;
        mailbox = mailboxes[next++];
      }
      try {
        visit(*mailbox);
      } catch (...) {
        const auto verdict = react(std::current_exception());
        log::error("mailbox {}: {}", mailbox->name, verdict.text);
        const std::lock_guard lock(mutex);
        worst = worse(worst, verdict.exit_code);
      }
    }
  };
  run_on_threads(std::min(mailboxes.size(), static_cast<std::size_t>(config.poll.parallel)), work);
  return worst;
}

}  // namespace tlsrpt::collector

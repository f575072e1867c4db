#include <array>

#include <fmt/format.h>

#include "collector/commands/command.hpp"
#include "collector/mailboxes.hpp"
#include "collector/poll.hpp"
#include "collector/stop_signal.hpp"

namespace tlsrpt::collector {

namespace {

// RFC 9051 §9, date: "1-Feb-2026".
std::optional<std::string> imap_date(const std::optional<Date>& date) {
  static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (!date) return std::nullopt;
  const std::chrono::year_month_day day{*date};
  return fmt::format("{}-{}-{:04}", static_cast<unsigned>(day.day()),
                     kMonths.at(static_cast<unsigned>(day.month()) - 1), static_cast<int>(day.year()));
}

}  // namespace

ExitCode execute(const BackfillOptions& options, const Config& config) {
  const auto mailboxes = selected_mailboxes(config, options.mailbox);
  const StopSignal stop;
  Progress progress(label_of(mailboxes));
  return for_each_mailbox(config, mailboxes, [&](const MailboxConfig& mailbox) {
    if (stop.token().stop_requested()) return;
    poll(config, mailbox,
         {.command = "backfill",
          .backfill = true,
          .since = imap_date(options.since),
          .before = imap_date(options.before),
          .progress = &progress,
          .stop = stop.token()});
  });
}

}  // namespace tlsrpt::collector

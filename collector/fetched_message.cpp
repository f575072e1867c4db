#include "collector/fetched_message.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "collector/trial.hpp"

namespace tlsrpt::collector {

namespace {

db::NewMessage quarantined(parser::Reason reason, std::string detail) {
  db::NewMessage message;
  message.quarantine.push_back({.attachment = {}, .rejection = {.reason = reason, .detail = std::move(detail)}});
  return message;
}

}  // namespace

db::NewMessage crashed_message() {
  return quarantined(parser::Reason::kCrashed, "reading the message ended the process that tried");
}

Acceptance acceptance_of(const Config& config, const MailboxConfig& mailbox) {
  return {.domains = mailbox.domains,
          .authserv_id = config.authentication.authserv_id,
          .require_dkim = config.authentication.require_dkim};
}

MessageReader::MessageReader(const Config& config, const MailboxConfig& mailbox)
    : ingester_(config.mime_limits, config.parser_limits),
      acceptance_(acceptance_of(config, mailbox)),
      max_message_(config.mime_limits.message),
      source_(fmt::format("{}/{};UID=", mailbox.account.server, mailbox.folder)) {}

db::NewMessage MessageReader::read(imap::FetchedMessage fetched, bool in_a_process_of_its_own) {
  using What = imap::FetchedMessage::What;
  db::NewMessage message;
  if (fetched.what == What::kTooLarge) {
    message = quarantined(parser::Reason::kTooLarge,
                          fmt::format("the message is {} bytes; limits.message is {}", fetched.size, max_message_));
  } else if (fetched.what == What::kNoBody) {
    message = quarantined(parser::Reason::kFetchFailed, "the server lists the message but does not hand it out");
  } else if (in_a_process_of_its_own &&
             !survives([&] { (void)accept(ingester_.read_mail(fetched.body), acceptance_, true); }, kTrialPatience)) {
    message = crashed_message();
    message.raw = std::move(fetched.body);
  } else {
    message = accept(ingester_.read_mail(fetched.body), acceptance_, true);
    message.raw = std::move(fetched.body);
  }
  message.uid = fetched.uid;
  message.source = source_ + std::to_string(fetched.uid);
  if (fetched.internal_date) message.received_at = parser::Time{std::chrono::seconds{*fetched.internal_date}};
  return message;
}

}  // namespace tlsrpt::collector

#include "collector/refetcher.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "collector/mailbox_place.hpp"

namespace tlsrpt::collector {

namespace {

// Inside a catch block: the exception in flight, with the mailbox's name around it.
std::exception_ptr failure_of(const MailboxConfig& mailbox) {
  try {
    std::throw_with_nested(std::runtime_error(fmt::format("mailbox {}", mailbox.name)));
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

std::optional<imap::FetchedMessage> Refetcher::fetch(const MailboxConfig& mailbox, std::uint64_t uid_validity,
                                                     imap::Uid uid) {
  Place& place = places_[&mailbox];
  if (place.failure) std::rethrow_exception(place.failure);
  try {
    return fetch(place, mailbox, uid_validity, uid);
  } catch (...) {
    place = {.session = nullptr, .failure = failure_of(mailbox)};
    std::rethrow_exception(place.failure);
  }
}

std::optional<imap::FetchedMessage> Refetcher::fetch(Place& place, const MailboxConfig& mailbox,
                                                     std::uint64_t uid_validity, imap::Uid uid) {
  if (!place.session) {
    place.session = std::make_unique<imap::Session>(login_account(mailbox));
    place.uid_validity = place.session->examine(mailbox.folder).uid_validity;
  }
  if (place.uid_validity != uid_validity) return std::nullopt;
  std::optional<imap::FetchedMessage> fetched;
  const std::vector<imap::Uid> uids{uid};
  place.session->fetch(uids, {.max_message = config_.mime_limits.message},
                       [&](std::vector<imap::FetchedMessage> group) {
                         fetched = std::move(group.front());
                         return true;
                       });
  return fetched;
}

}  // namespace tlsrpt::collector

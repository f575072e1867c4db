#include "collector/print/diagnosis.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "parser/reason.hpp"

using namespace tlsrpt::collector;
using tlsrpt::parser::Reason;

namespace {

tlsrpt::db::QuarantineEntry entry(std::string reason) {
  return {.id = 12,
          .message_key = 3,
          .attachment = "2.1",
          .reason = std::move(reason),
          .detail = "the report is about example.org",
          .mailbox = "box",
          .source = "imaps://host/INBOX;UID=7",
          .from_domain = "sender.example",
          .subject = "Report\x1b[2J",
          .rfc822_message_id = std::nullopt,
          .received_at = "2026-01-10T12:00:00Z",
          .age = "3 d",
          .attempts = 0,
          .last_attempt_at = std::nullopt,
          .has_raw = true};
}

}  // namespace

TEST_CASE("a quarantine entry is explained, with what to do, and a stranger's text is escaped") {
  CHECK(
      diagnosis(entry("foreign-domain"), 200) ==
      "entry         12\n"
      "reason        foreign-domain\n"
      "detail        the report is about example.org\n"
      "meaning       The report is about none of the domains that the mailbox lists under `domains`.\n"
      "what to do    If the domain or MX host is yours, list it there and try again. If not, somebody's TLSRPT record "
      "names your address, or it is spam: drop the entry.\n"
      "try again     tlsrpt-collector reprocess 12\n"
      "attachment    2.1\n"
      "mailbox       box\n"
      "source        imaps://host/INBOX;UID=7\n"
      "from          sender.example\n"
      "subject       Report\\x1b[2J\n"
      "received      2026-01-10T12:00:00Z\n"
      "age           3 d since it was put into quarantine or last tried\n"
      "attempts      0, last never\n"
      "raw message   kept: tlsrpt-collector quarantine show 12 --raw\n");
}

TEST_CASE("every reason has a meaning and a remedy, in lines no wider than the terminal") {
  for (int i = 0; i <= static_cast<int>(Reason::kDatabaseRefused); ++i) {
    const auto text = diagnosis(entry(std::string(to_string(static_cast<Reason>(i)))), 60);
    CAPTURE(text);
    CHECK(text.find("\nmeaning       ") != std::string::npos);
    CHECK(text.find("\nwhat to do    ") != std::string::npos);
    for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
      CHECK(end - at <= 61);
    }
  }
}

TEST_CASE("a reason that a later program wrote is shown without an explanation") {
  const auto text = diagnosis(entry("from-the-future"), 80);
  CHECK(text.find("reason        from-the-future\n") != std::string::npos);
  CHECK(text.find("meaning") == std::string::npos);
}

TEST_CASE("where the raw message was not kept, it is said where a new try takes it from") {
  auto from_mailbox = entry("too-large");
  from_mailbox.has_raw = false;
  CHECK(diagnosis(from_mailbox, 80).ends_with("raw message   not kept: trying again fetches the message\n"));
  from_mailbox.mailbox.reset();
  CHECK(diagnosis(from_mailbox, 80).ends_with("raw message   not kept: trying again reads the file\n"));
}

#include "collector/print/diagnosis.hpp"

#include <string_view>

#include <fmt/format.h>

#include "collector/escape.hpp"
#include "collector/print/wrap.hpp"
#include "parser/reason.hpp"

namespace tlsrpt::collector {

namespace {

using parser::Reason;

struct Advice {
  std::string_view meaning;
  std::string_view remedy;
};

constexpr std::string_view kSendersFault =
    "Nothing here can mend it. If it recurs with one sender, tell them; if with all, look for a mail filter on the way "
    "that changes attachments.";

constexpr Advice kBound = {
    "The message reaches a bound that protects this program from hostile mail; the detail names the limit.",
    "Hardly any real report gets there: look at who sent it. If it is sound, raise that limit and try again."};

Advice advice_on(Reason reason) noexcept {
  switch (reason) {
    case Reason::kBadGzip:
      return {"The attachment is gzip without a correct end: cut short, damaged on the way, or badly made.",
              kSendersFault};
    case Reason::kBadZip:
      return {"The attachment is a zip archive that cannot be read, or that is encrypted.", kSendersFault};
    case Reason::kBadJson:
      return {"The report is not JSON (RFC 8460 §4), or it was cut short.", kSendersFault};
    case Reason::kBadEncoding:
      return {"The report is in no character encoding that is known.", kSendersFault};
    case Reason::kUnknownFormat:
      return {"It is labelled as a TLS report, or was given as one, and neither is JSON nor unpacks to any.",
              kSendersFault};
    case Reason::kNoAttachment:
      return {"The mail says that it carries a TLS report, and no attachment of it could be one.", kSendersFault};
    case Reason::kNotAReport:
      return {"It is JSON, and nothing of a TLS report is in it.", "If it is none, drop the entry."};
    case Reason::kBadDateRange:
      return {"The report does not say which period it covers (RFC 8460 §4.4), so it can be counted for no day.",
              kSendersFault};
    case Reason::kBadStructure:
      return {"The report has a value of a type that makes no sense in its place.", kSendersFault};
    case Reason::kTooLarge:
      return {"The message or file is larger than the limit; a mail was not even downloaded.",
              "If you want it, raise the limit that the detail names and try again: it is fetched then."};
    case Reason::kHeaderTooLarge:
    case Reason::kHeadersTooLarge:
    case Reason::kTooManyParts:
    case Reason::kNestedTooDeep:
    case Reason::kTooManyAttachments:
    case Reason::kDecompressedTooLarge:
    case Reason::kJsonTooDeep:
    case Reason::kStringTooLong:
    case Reason::kTooManyPolicies:
    case Reason::kTooManyFailureDetails:
      return kBound;
    case Reason::kForeignDomain:
      return {"The report is about none of the domains that the mailbox lists under `domains`.",
              "If the domain or MX host is yours, list it there and try again. If not, somebody's TLSRPT record names "
              "your address, or it is spam: drop the entry."};
    case Reason::kNotAuthentic:
      return {
          "`authentication.require` is dkim, and your mail server noted no valid DKIM signature of the reporter in "
          "an Authentication-Results header of its own (RFC 8460 §3).",
          "Compare `authentication.authserv_id` with that header of the raw message; if it was wrong, mend it and "
          "try again. What is really unsigned must be ignored: drop the entry."};
    case Reason::kConflict:
      return {
          "A report of the same organization, report-id, period and domains stands already, with another content, "
          "and this sender may not replace it: who knows an identity could forge one.",
          "The detail says what stands. If this one is the true one, save the raw message and `import` it: what "
          "you import yourself may replace what is not authentic. Trying this one again then finds it stored."};
    case Reason::kFetchFailed:
      return {"The server lists the message, and does not hand it out even when asked for it alone.",
              "See whether a mail client can open it; then try again, which fetches it."};
    case Reason::kCrashed:
      return {"Reading the message ended the process that tried.",
              "That is a bug in tlsrpt-collector: please report it, with the raw message. Try again after an upgrade."};
    case Reason::kDatabaseRefused:
      break;
  }
  return {"PostgreSQL would not hold the report; the detail has its words.",
          "That is a bug in tlsrpt-collector: please report it. Try again after an upgrade."};
}

std::string where_raw_bytes_are(const db::QuarantineEntry& entry) {
  if (entry.has_raw) return fmt::format("kept: tlsrpt-collector quarantine show {} --raw", entry.id);
  return entry.mailbox ? "not kept: trying again fetches the message" : "not kept: trying again reads the file";
}

}  // namespace

std::string diagnosis(const db::QuarantineEntry& entry, std::size_t width) {
  std::string text;
  const auto line = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) text += wrap(fmt::format("{:<13} ", name), printable(value), width);
  };
  line("entry", fmt::format("{}", entry.id));
  line("reason", entry.reason);
  line("detail", entry.detail);
  if (const auto reason = parser::reason_from_string(entry.reason)) {
    line("meaning", advice_on(*reason).meaning);
    line("what to do", advice_on(*reason).remedy);
  }
  line("try again", fmt::format("tlsrpt-collector reprocess {}", entry.id));
  line("attachment", entry.attachment);
  line("mailbox", entry.mailbox.value_or(""));
  line("source", entry.source);
  line("from", entry.from_domain.value_or(""));
  line("subject", entry.subject.value_or(""));
  line("message-id", entry.rfc822_message_id.value_or(""));
  line("received", entry.received_at.value_or("unknown"));
  line("age", fmt::format("{} since it was put into quarantine or last tried", entry.age));
  line("attempts", fmt::format("{}, last {}", entry.attempts, entry.last_attempt_at.value_or("never")));
  line("raw message", where_raw_bytes_are(entry));
  return text;
}

}  // namespace tlsrpt::collector

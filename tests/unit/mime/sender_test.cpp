#include <array>
#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include "mail.hpp"
#include "mime/text.hpp"

using namespace tlsrpt::mime;
using namespace tlsrpt::mime::test;

namespace {

struct Sender {
  std::string file;
  const char* part;
  const char* filename;
  std::size_t size;    // of the attachment, decoded
  const char* starts;  // with these bytes
  const char* from_domain;
  const char* subject;
  std::int64_t received;  // seconds since the epoch
};

const std::array<Sender, 9> kSenders = {{
    {"google.eml", "2", "google.example!example.org!1772323200!1772409599!001.json.gz", 239, "\x1F\x8B",
     "google.example",
     "Report Domain: example.org Submitter: google.example Report-ID: "
     "<2026.03.01T00.00.00Z+example.org@google.example>",
     1772452401},
    {"microsoft.eml", "2", "microsoft.example!example.org!1772323200!1772409599!134180000000000000.json.gz", 247,
     "\x1F\x8B", "microsoft.example",
     "Report Domain: example.org Submitter: microsoft.example Report-ID: 134180000000000000+example.org", 1772521925},
    {"mailru.eml", "2", "mail.ru.example!example.org!1772323200!1772409600!001.json.gz", 236, "\x1F\x8B",
     "corp.mail.ru.example", "Report Domain: example.org Submitter: mail.ru.example Report-ID: <8f1e@mail.ru.example>",
     1772413800},
    {"stalwart.eml", "2", "mx.stalwart.example!example.org!1772323200!1772409600.json.gz", 262, "\x1F\x8B",
     "mx.stalwart.example",
     "Report Domain: example.org Submitter: mx.stalwart.example Report-ID: <1772323200_9876543210123456789>",
     1772409611},
    {"halon.eml", "2", "halon.example!example.org!1772323200!1772409599.json", 517, "{\n", "halon.example",
     "Report Domain: example.org Submitter: halon.example Report-ID: "
     "<5d4b7f0c-8a6e-4b55-9a57-1b8a3b1c9b11@example.org>",
     1772409600},
    {"sys4.eml", "2", "mail.postfix.example!example.org!1772323200!1772409599.json.gz", 246, "\x1F\x8B",
     "mail.postfix.example",
     "Report Domain: example.org Submitter: mail.postfix.example Report-ID: "
     "<2026-03-01T00:00:00Z_idx1_example.org@mail.postfix.example>",
     1772411400},
    {"mox.eml", "2", "mox.example!example.org!1772323200!1772409600.json.gz", 246, "\x1F\x8B", "mox.example",
     "Report Domain: example.org Submitter: mox.example Report-ID: <a1b2c3.20260301.example.org@mox.example>",
     1772409900},
    {"rfc8460.eml", "2", "mail.sender.example.com!example.com!1013662812!1013749130.json", 400, "{\"",
     "mail.sender.example.com",
     "Report Domain: example.net Submitter: mail.sender.example.com Report-ID: <735ff.e317+bf22029@example.net>",
     1494377670},
    {"forwarded.eml", "2.2", "google.example!example.org!1772323200!1772409599!001.json.gz", 239, "\x1F\x8B",
     "example.org", "Fwd: report", 1772452800},
}};

}  // namespace

TEST_CASE(
    "Every sender's shape of mail gives its one report (mail-1, mail-2, mail-6, mail-7, mail-9, mail-11, mail-12)") {
  for (const Sender& sender : kSenders) {
    CAPTURE(sender.file);
    const Message message = read(fixture(sender.file));
    CHECK(message.kind == Kind::kMessage);
    CHECK_FALSE(message.problem);
    CHECK(message.says_tls_report);
    CHECK_FALSE(message.says_dmarc_report);
    REQUIRE(message.attachments.size() == 1);
    const Attachment& attachment = message.attachments[0];
    CHECK(attachment.part == sender.part);
    CHECK(attachment.filename == sender.filename);
    CHECK(attachment.labelled);
    CHECK_FALSE(attachment.lenient_base64);
    CHECK(attachment.body.size() == sender.size);
    CHECK(attachment.body.substr(0, 2) == sender.starts);
    CHECK(message.envelope.from_domain == sender.from_domain);
    CHECK(message.envelope.subject == sender.subject);
    const auto time = received_at(fixture(sender.file), Limits{});
    REQUIRE(time);
    CHECK(time->time_since_epoch().count() == sender.received);
  }
}

TEST_CASE("Google's envelope is read whole") {
  const Envelope envelope = read(fixture("google.eml")).envelope;
  CHECK(envelope.message_id == "66d83c20.050a0220.a0566.1e8dtls@google.example");
  CHECK(envelope.tls_report_domain == "example.org");
  CHECK(envelope.tls_report_submitter == "google.example");
  REQUIRE(envelope.authentication_results.size() == 1);
  CHECK(unfold(envelope.authentication_results[0]) ==
        "mx.example.org; dkim=pass header.i=@google.example header.s=20230601 header.b=\"Cs/zp0dP\"; "
        "spf=pass (mx.example.org: domain of postmaster@bounces.google.example designates 192.0.2.1 as permitted "
        "sender) smtp.mailfrom=postmaster@bounces.google.example");
}

TEST_CASE("A report in a delivery status report is not looked at (mail-34)") {
  const Message message = read(fixture("bounce.eml"));
  CHECK(message.kind == Kind::kBounce);
  CHECK(message.attachments.empty());
  CHECK_FALSE(message.says_tls_report);
  CHECK_FALSE(message.problem);
  CHECK(message.envelope.subject == "Undelivered Mail Returned to Sender");
}

TEST_CASE("Auto-Submitted alone makes no bounce (mail-35)") {
  CHECK(read(fixture("stalwart.eml")).kind == Kind::kMessage);
}

TEST_CASE("A mailing list's footer after the base64 is left out, and said (mail-8)") {
  const Message message = read(fixture("list-footer.eml"));
  REQUIRE(message.attachments.size() == 1);
  CHECK(message.attachments[0].part == "1");
  CHECK(message.attachments[0].body.size() == 235);
  CHECK(message.attachments[0].lenient_base64);
}

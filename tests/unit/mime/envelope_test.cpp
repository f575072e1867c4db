#include "mime/envelope.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "mail.hpp"

using namespace tlsrpt::mime;
using tlsrpt::mime::test::repeat;

namespace {

Envelope envelope_of(std::string_view block) {
  return read_envelope(read_header(block));
}

std::string subject_of(const std::string& value) {
  return envelope_of("Subject: " + value + "\r\n").subject.value_or("(none)");
}

}  // namespace

TEST_CASE("Subjects are unfolded and decoded (mail-24)") {
  struct Row {
    std::string sent;
    std::string text;
  };
  const std::vector<Row> rows = {
      {"Report Domain: example.org", "Report Domain: example.org"},
      {"Report\r\n Domain:\r\n\texample.org\n Submitter:\n    x", "Report Domain: example.org Submitter: x"},
      {"", "(none)"},
      {" \r\n \r\n", "(none)"},
      {"=?UTF-8?B?w7xiZXI=?=", "\xC3\xBC\x62\x65r"},
      {"=?utf-8?q?=C3=BCber_uns?=", "\xC3\xBC\x62\x65r uns"},
      {"=?iso-8859-1?Q?=FC?=", "\xC3\xBC"},
      {"=?windows-1252?Q?=80?=", "\xE2\x82\xAC"},
      {"=?ISO-8859-15?Q?=A4?=", "\xE2\x82\xAC"},
      {"=?koi8-r?B?xMHU?=", "\xD0\xB4\xD0\xB0\xD1\x82"},
      {"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "\xE6\x97\xA5\xE6\x9C\xAC"},
      {"=?us-ascii*en?Q?text?=", "text"},
      {"a =?utf-8?q?b?= c", "a b c"},
      {"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"},
      {"=?utf-8?q?a?=\r\n =?utf-8?b?Yg==?=", "ab"},
      {"=?utf-8?q?a_?= =?utf-8?q?_b?=", "a  b"},
      {"=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "\xC3\xBC"},                   // a character split over two words
      {"=?utf-8?q?=C3?= =?iso-8859-1?q?=BC?=", "\xEF\xBF\xBD\xC2\xBC"},  // not over two charsets
      {"=?utf-8?q?a b?=", "a b"},                                        // a space where none may be
      {"x=?utf-8?q?a?=y", "xay"},
      {"=?utf-8?q?\?=x", "x"},
      {"=?utf-8?x?a?=", "=?utf-8?x?a?="},
      {"=?utf-8?q?a", "=?utf-8?q?a"},
      {"=?utf-8?q?a?= =?", "a =?"},
      {"=?\?=", "=?\?="},
      {"=?x?=", "=?x?="},
      {"?= =?utf-8?q?a?=", "?= a"},
      {"=?no-such-charset?q?a?=", "a"},
      {"=?utf-8?q?=FF?=", "\xEF\xBF\xBD"},
      {"=?gb2312?q?=FF?=", "\xEF\xBF\xBD"},
      {"\xC3\xBC", "\xC3\xBC"},
      {"\xFF", "\xEF\xBF\xBD"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.sent);
    CHECK(subject_of(row.sent) == row.text);
  }
}

TEST_CASE("A subject holds no NUL") {
  CHECK(subject_of(std::string("a\0b", 3)).find('\0') == std::string::npos);
  CHECK(subject_of("=?utf-8?q?a=00b?=").find('\0') == std::string::npos);
}

TEST_CASE("A subject is cut to 2 KiB between characters") {
  CHECK(subject_of(std::string(2048, 'x')).size() == 2048);
  CHECK(subject_of(std::string(2049, 'x')).size() == 2048);
  CHECK(subject_of(std::string(2047, 'x') + "\xC3\xBC").size() == 2047);
}

TEST_CASE("A Message-ID loses its brackets (mail-28)") {
  struct Row {
    std::string sent;
    std::string text;
  };
  const std::vector<Row> rows = {{"<a@b>", "a@b"}, {" <a@b> (c)", "a@b"}, {"a@b", "a@b"},   {"\r\n <a@b>\r\n", "a@b"},
                                 {"<a@b", "<a@b"}, {"", "(none)"},        {"<>", "(none)"}, {"a>b<c", "a>b<c"}};
  for (const Row& row : rows) {
    CAPTURE(row.sent);
    CHECK(envelope_of("Message-Id: " + std::string(row.sent) + "\r\n").message_id.value_or("(none)") == row.text);
  }
  CHECK(envelope_of("Message-ID: <" + std::string(5000, 'x') + ">").message_id->size() == 1024);
}

TEST_CASE("Domains are normalised, and the submitter is not (mail-25)") {
  const Envelope envelope = envelope_of(
      "From: X <a@SENDER.example.>\r\nTLS-Report-Domain:  Example.ORG. \r\n"
      "tls-report-submitter: \r\n The Organization, Inc.\r\n");
  CHECK(envelope.from_domain == "sender.example");
  CHECK(envelope.tls_report_domain == "example.org");
  CHECK(envelope.tls_report_submitter == "The Organization, Inc.");
  CHECK(envelope_of("From: a@b\xC3\xBC\x63her.example\r\n").from_domain == "xn--bcher-kva.example");
}

TEST_CASE("A TLS report's own fields are read as generously as any") {
  for (const char* const sent : {"<example.org>", "Example.org (primary)", "(primary) example.org.", "\"example.org\"",
                                 "=?utf-8?Q?example.org?="}) {
    CAPTURE(sent);
    CHECK(envelope_of("TLS-Report-Domain: " + std::string(sent) + "\r\n").tls_report_domain == "example.org");
  }
  CHECK(envelope_of("TLS-Report-Submitter: =?utf-8?Q?B=C3=BCcher_Post?=\r\n").tls_report_submitter ==
        "B\xC3\xBC\x63her Post");
}

TEST_CASE("Of repeated fields the topmost counts") {
  const Envelope envelope =
      envelope_of("Subject: a\nSubject: b\nTLS-Report-Domain: a.example\nTLS-Report-Domain: b.example\n");
  CHECK(envelope.subject == "a");
  CHECK(envelope.tls_report_domain == "a.example");
}

TEST_CASE("The time of receipt is what follows the last semicolon of the topmost Received field, else the Date") {
  const auto time = [](const std::string& header) {
    const auto received = time_of_receipt(read_header(header));
    return received ? received->time_since_epoch().count() : 0;
  };
  const std::string date = "Date: 3 Sep 2024 10:53:20 +0000\r\n";
  CHECK(time("Received: from a (b; c) by d\r\n\tid 1; Wed, 4 Sep 2024 10:53:20 +0000 (UTC)\r\n") == 1725447200);
  CHECK(time(date + "Received: from a (b; c) by d; Wed, 4 Sep 2024 10:53:20 +0000\r\n") == 1725447200);
  CHECK(time("Received: by x; 4 Sep 2024 10:53:20 +0000\nReceived: by y; 4 Sep 2023 10:53:20 +0000\n") == 1725447200);
  CHECK(time("Received: from a by b\r\n" + date) == 1725360800);
  CHECK(time("Received: from a by b; today\r\n" + date) == 1725360800);
  CHECK(time(date + "Date: 5 Sep 2024 10:53:20 +0000\r\n") == 1725360800);
  CHECK(time("Received: from a by b\r\nDate: today\r\n") == 0);
}

TEST_CASE("Fields that are absent or empty are none") {
  for (const std::string_view header :
       {"", "From:\nSubject:\nDate:\nReceived:\nMessage-ID:\nTLS-Report-Domain: .\nTLS-Report-Submitter: \n"}) {
    const Envelope envelope = envelope_of(header);
    CHECK_FALSE(envelope.message_id);
    CHECK_FALSE(envelope.from_domain);
    CHECK_FALSE(envelope.subject);
    CHECK_FALSE(time_of_receipt(read_header(header)));
    CHECK_FALSE(envelope.tls_report_domain);
    CHECK_FALSE(envelope.tls_report_submitter);
    CHECK(envelope.authentication_results.empty());
  }
}

TEST_CASE("Authentication-Results are kept in their order, the topmost fifty") {
  std::string header;
  for (int i = 0; i < 51; ++i) header += "authentication-results: mx" + std::to_string(i) + ";\r\n none\r\n";
  const Envelope envelope = envelope_of(header);
  REQUIRE(envelope.authentication_results.size() == 50);
  CHECK(envelope.authentication_results[0] == "mx0;\r\n none");
  CHECK(envelope.authentication_results[49] == "mx49;\r\n none");
}

TEST_CASE("Kilobytes of other fields are passed over (mail-29)") {
  const std::string header =
      repeat("X-MS-Exchange-Padding: " + std::string(1000, 'x') + "\r\n " + std::string(1000, 'y') + "\r\n", 50);
  CHECK(envelope_of(header + "Subject: at the end\r\n").subject == "at the end");
}

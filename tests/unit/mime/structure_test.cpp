#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "mail.hpp"

using namespace tlsrpt::mime;
using namespace tlsrpt::mime::test;

namespace {

// Of every part that holds a report: its number and, after a colon, the report-id's place in the sample.
std::string parts_of(const Message& message) {
  std::string parts;
  for (const Attachment& attachment : message.attachments) {
    if (!parts.empty()) parts += ' ';
    parts += attachment.part;
  }
  return parts;
}

std::string report_part(std::string_view body = kJson) {
  return entity("Content-Type: application/json", body);
}
std::string text_part() {
  return entity("Content-Type: text/plain", "Hello.");
}
std::string embedded(const std::string& message, std::string_view fields = "Content-Type: message/rfc822") {
  return entity(fields, message);
}

}  // namespace

TEST_CASE("Parts are numbered as by RFC 9051 section 6.4.5") {
  struct Row {
    std::string what;
    std::string mail;
    const char* parts;
  };
  const std::string two = multipart("in", {text_part(), report_part()});
  const std::vector<Row> rows = {
      {"a single part", report_part(), "1"},
      {"two parts", multipart("b", {report_part(), report_part()}), "1 2"},
      {"a multipart in a multipart", multipart("out", {text_part(), two, report_part()}), "2.2 3"},
      {"an embedded message of parts", multipart("out", {text_part(), embedded(two)}), "2.2"},
      {"an embedded message of one part", multipart("out", {text_part(), embedded(report_part())}), "2.1"},
      {"messages in messages", multipart("out", {embedded(embedded(report_part()))}), "1.1.1"},
      {"a message that is a message", embedded(report_part()), "1.1"},
      {"a message that is a message of parts", embedded(two), "1.2"},
      {"a multipart in an embedded multipart", multipart("o", {embedded(multipart("m", {two}))}), "1.1.2"},
      {"an embedded message in EAI form", embedded(report_part(), "Content-Type: message/global"), "1.1"},
      {"a digest, whose parts are messages", multipart("d", {entity("", report_part())}, "digest"), "1.1"},
      {"an embedded message, in any case", embedded(report_part(), "Content-Type: MESSAGE/RFC822"), "1.1"},
      {"one in EAI form, in any case", embedded(report_part(), "Content-Type: Message/Global"), "1.1"},
      {"a digest, in any case", multipart("d", {entity("", report_part())}, "Digest"), "1.1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Message message = read(row.mail);
    CHECK(parts_of(message) == row.parts);
    CHECK_FALSE(message.problem);
    for (const Attachment& attachment : message.attachments) CHECK(attachment.body == kJson);
  }
}

TEST_CASE("Reports are found in any multipart (mail-10)") {
  for (const std::string_view subtype : {"mixed", "related", "alternative", "report", "signed", "x-unknown"}) {
    CAPTURE(subtype);
    CHECK(parts_of(read(multipart("b", {text_part(), report_part()}, subtype))) == "2");
  }
}

TEST_CASE("Every report of a mail is taken, each for itself (mail-13, mail-14)") {
  const Message message = read(multipart("b", {report_part("{\"broken\": "), report_part()}));
  REQUIRE(message.attachments.size() == 2);
  CHECK(message.attachments[0].body == "{\"broken\": ");
  CHECK(message.attachments[1].body == kJson);
}

TEST_CASE("Boundaries are matched as by RFC 2046 section 5.1.1") {
  struct Row {
    std::string what;
    std::string mail;
    const char* parts;
  };
  const std::string part = "\n" + report_part();
  const std::vector<Row> rows = {
      {"white space after the boundary", "Content-Type: multipart/mixed; boundary=b\n\n--b \t" + part + "\n--b-- \n",
       "1"},
      {"a boundary that only begins alike",
       "Content-Type: multipart/mixed; boundary=b\n\n--b" + part + "\n--bc\n--b-c\n--b--c\n", "1"},
      {"no closing boundary", "Content-Type: multipart/mixed; boundary=b\n\n--b" + part, "1"},
      {"a boundary with spaces inside", "Content-Type: multipart/mixed; boundary=\"b c\"\n\n--b c" + part + "\n--b c--",
       "1"},
      {"a boundary that ends in white space",
       "Content-Type: multipart/mixed; boundary=\"b \"\n\n--b" + part + "\n--b--", "1"},
      {"a boundary with escaped characters",
       "Content-Type: multipart/mixed; boundary=\"\\b\\\"\"\n\n--b\"" + part + "\n--b\"--", "1"},
      {"a folded parameter", "Content-Type: multipart/mixed;\r\n\tboundary\r\n =\r\n b\n\n--b" + part + "\n--b--", "1"},
      {"comments",
       "Content-Type: multipart/mixed (a; boundary=x (y)) ; (c) boundary = (d) b (e)\n\n--b" + part + "\n--b--", "1"},
      {"a semicolon in another parameter",
       "Content-Type: multipart/mixed; x=\"; boundary=x\"; boundary=b\n\n--b" + part + "\n--b--", "1"},
      {"a boundary in pieces (RFC 2231)",
       "Content-Type: multipart/mixed; boundary*0=\"b\"; boundary*1=c\n\n--bc" + part + "\n--bc--", "1"},
      {"an extended boundary (RFC 2231)",
       "Content-Type: multipart/mixed; boundary*=us-ascii''b%20c\n\n--b c" + part + "\n--b c--", "1"},
      {"ContentType (mail-23)", "ContentType: multipart/mixed; boundary=b\n\n--b" + part + "\n--b--", "1"},
      {"ContentType beside the real one (mail-23)",
       "ContentType: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n--b" + part + "\n--b--", "1"},
      {"several boundaries, of which the first counts",
       "Content-Type: multipart/mixed; boundary=b; boundary=c\n\n--b" + part + "\n--b--", "1"},
      {"several Content-Type fields, of which the first counts",
       "Content-Type: multipart/mixed; boundary=b\nContent-Type: text/plain\n\n--b" + part + "\n--b--", "1"},
      {"upper case", "CONTENT-TYPE: MULTIPART/MIXED; BOUNDARY=b\n\n--b" + part + "\n--b--", "1"},
      {"a preamble and an epilogue that look like reports",
       "Content-Type: multipart/mixed; boundary=b\n\n{\"a\":1}\n--b" + part + "\n--b--\n{\"a\":1}\n", "1"},
      {"mixed line ends", "Content-Type: multipart/mixed; boundary=b\r\n\n--b\r" + part + "\n--b--\r\n", "1"},
      {"a part without header and body", "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b" + part + "\n--b--",
       "2"},
      {"a part with a header alone", "Content-Type: multipart/mixed; boundary=b\n\n--b\nA: b\n--b" + part + "\n--b--",
       "2"},
      {"no boundary parameter: a leaf", "Content-Type: multipart/mixed\n\n" + std::string(kJson), "1"},
      {"an empty boundary: a leaf", "Content-Type: multipart/mixed; boundary=\"\"\n\n" + std::string(kJson), "1"},
      {"a boundary that never comes", "Content-Type: multipart/mixed; boundary=b\n\n" + std::string(kJson), ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Message message = read(row.mail);
    CHECK(parts_of(message) == row.parts);
    CHECK_FALSE(message.problem);
    if (!message.attachments.empty()) CHECK(message.attachments[0].body.substr(0, kJson.size()) == kJson);
  }
}

TEST_CASE("An outer boundary ends the parts within") {
  const std::string mail =
      "Content-Type: multipart/mixed; boundary=out\r\n\r\n"
      "--out\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n"
      "--in\r\n\r\n{\"a\":1}\r\n"  // never closed
      "--out\r\n\r\n{\"b\":1}\r\n"
      "--in\r\n\r\n{\"c\":1}\r\n"  // no boundary any more
      "--out--\r\n";
  const Message message = read(mail);
  CHECK(parts_of(message) == "1.1 2");
  REQUIRE(message.attachments.size() == 2);
  CHECK(message.attachments[0].body == "{\"a\":1}");
  CHECK(message.attachments[1].body == "{\"b\":1}\r\n--in\r\n\r\n{\"c\":1}");
}

TEST_CASE("The line end before a boundary is not the part's") {
  const Message message =
      read("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{\"a\":1}\r\n\r\n--b--\r\n");
  REQUIRE(message.attachments.size() == 1);
  CHECK(message.attachments[0].body == "{\"a\":1}\r\n");
}

TEST_CASE("A part belongs to the message that it came in, also where that was forwarded") {
  const std::string sent = multipart("in", {text_part(), report_part()});
  const std::string inner = "TLS-Report-Domain: example.org\nSubject: inner\n" + sent;
  const std::string twice = "From: b@relay.example\n" + multipart("mid", {embedded(inner)});
  const std::string mail =
      "From: a@forwarder.example\nSubject: outer\nTLS-Report-Submitter: sender.example\n" +
      multipart("out", {report_part(), embedded(twice), report_part(),
                        "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64(inner)});
  const Message message = read(mail);
  REQUIRE(parts_of(message) == "1 2.1.2 3 4.2");
  CHECK(message.envelope.from_domain == "forwarder.example");
  struct Row {
    std::optional<std::string> report_domain;
    std::string subject;
    std::string from_domain;
  };
  const std::vector<Row> rows = {{std::nullopt, "outer", "forwarder.example"},
                                 {"example.org", "inner", "relay.example"},
                                 {std::nullopt, "outer", "forwarder.example"},
                                 {"example.org", "inner", "forwarder.example"}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(i);
    const Envelope& envelope = message.envelope_of(message.attachments[i].message);
    CHECK(envelope.tls_report_domain == rows[i].report_domain);
    CHECK(envelope.tls_report_submitter == "sender.example");
    CHECK(envelope.subject == rows[i].subject);
    CHECK(envelope.from_domain == rows[i].from_domain);
  }
}

TEST_CASE("An embedded message in base64 or quoted-printable is decoded first") {
  const std::string inner = multipart("in", {text_part(), report_part()});
  const std::string fields = "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: ";
  std::string quoted = inner;
  for (std::size_t at = 0; (at = quoted.find('=', at)) != std::string::npos; at += 3) quoted.replace(at, 1, "=3D");
  struct Row {
    std::string encoding;
    std::string body;
  };
  const std::vector<Row> rows = {{"base64", base64(inner)},
                                 {"base64", inner},  // says so, and is not
                                 {"quoted-printable", quoted},
                                 {"quoted-printable", inner},  // says so, and is not
                                 {"8bit", inner},
                                 {"x-unknown", inner}};
  for (const Row& row : rows) {
    CAPTURE(row.encoding);
    const Message message = read(multipart("out", {embedded(row.body, fields + row.encoding), report_part()}));
    CHECK(parts_of(message) == "1.2 2");
    CHECK_FALSE(message.problem);
    for (const Attachment& attachment : message.attachments) CHECK(attachment.body == kJson);
  }
}

TEST_CASE("A boundary of the message outside means nothing in a message that was decoded") {
  const std::string inner = entity("Content-Type: application/json", "{\"a\":\n--out\n1}");
  const std::string fields = "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64";
  const Message message = read(multipart("out", {embedded(base64(inner), fields)}));
  REQUIRE(message.attachments.size() == 1);
  CHECK(message.attachments[0].body == "{\"a\":\n--out\n1}");
}

TEST_CASE("Delivery status reports are told by their report-type, and not descended into (mail-34)") {
  const std::string report = entity("Content-Type: message/rfc822", multipart("in", {report_part()}));
  for (const std::string_view type :
       {"delivery-status", "\"delivery-status\"", "Delivery-Status", "(c) delivery-status (d)"}) {
    CAPTURE(type);
    const std::string bounce = "Content-Type: multipart/report; report-type=" + std::string(type) +
                               "; boundary=b\r\n\r\n--b\r\n" + report + "\r\n--b--";
    const Message whole = read(bounce);
    CHECK(whole.kind == Kind::kBounce);
    CHECK(whole.attachments.empty());

    const Message nested = read(multipart("out", {bounce, report_part()}));
    CHECK(nested.kind == Kind::kMessage);
    CHECK(parts_of(nested) == "2");
  }
  for (const std::string_view type : {"message/delivery-status", "Message/Delivery-Status",
                                      "Multipart/Report; report-type=delivery-status; boundary=b"}) {
    CAPTURE(type);
    CHECK(read(entity("Content-Type: " + std::string(type), kJson)).kind == Kind::kBounce);
  }
  CHECK(read(multipart("b", {report}, "report")).kind == Kind::kMessage);
}

TEST_CASE("A header without a blank line, an empty message and NUL bytes are no trouble") {
  CHECK(read("").attachments.empty());
  CHECK(read("\r\n").attachments.empty());
  CHECK(read("Subject: x").envelope.subject == "x");
  CHECK(read("no field at all\r\nSubject : x\r\n\r\n").envelope.subject == "x");
  using namespace std::string_literals;
  const std::string nul = "Subject: a\0b\r\nContent-Type: application/json\r\n\r\n{\0}"s;
  const Message message = read(nul);
  REQUIRE(message.attachments.size() == 1);
  CHECK(message.attachments[0].body == std::string_view("{\0}", 3));
}

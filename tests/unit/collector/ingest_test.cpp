#include "collector/ingest.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace tlsrpt;
using namespace tlsrpt::collector;
using db::MessageKind;
using parser::Reason;

namespace {

std::string report_for(const std::string& domain, const std::string& id = "id-1") {
  return fmt::format(
      R"({{"organization-name":"Small Sender","date-range":{{"start-datetime":"2031-02-22T00:00:00Z",)"
      R"("end-datetime":"2031-02-22T23:59:59Z"}},"contact-info":"tls@example.net","report-id":"{}","policies":[{{)"
      R"("policy":{{"policy-type":"sts","policy-string":["version: STSv1"],"policy-domain":"{}","mx-host":[]}},)"
      R"("summary":{{"total-successful-session-count":4,"total-failure-session-count":1}}}}]}})",
      id, domain);
}

const std::string kReport = report_for("example.com");
const std::string kBrokenJson = R"({"organization-name":)";
const std::string kOtherJson = R"({"temperature":21})";
const std::string kDmarc = "<?xml version=\"1.0\"?>\n<feedback><report_metadata/></feedback>\n";
const std::string kText = "Content-Type: text/plain\r\n\r\nhello";

const std::string kSaysTlsReport = "TLS-Report-Domain: example.com\r\nTLS-Report-Submitter: Example.NET\r\n";

std::string labelled(const std::string& body) {
  return "Content-Type: application/tlsrpt+json\r\nContent-Disposition: attachment; filename=\"r.json\"\r\n\r\n" + body;
}

std::string unlabelled(const std::string& body) {
  return "Content-Type: application/octet-stream\r\n\r\n" + body;
}

// A report of kGzipContent bytes, compressed.
constexpr std::size_t kGzipContent = 148;
std::string gzip_part() {
  return "Content-Type: application/gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
         "H4sIAAAAAAACA3WLwQqDQAxE/yVnA2vEQ/c7erL0ELpBAm1W1hxKxX839S68y8y82aC2mU1/7FoNjT8CGb7QQZOl\r\n"
         "NkctkfvIhV2wsc0hbLA6x/jvXM8LpaHHREh0TymfTPESKxcWDXm8BRPsHSz1rS+VFfLjuR8V6c/2lAAAAA==";
}

std::string unlabelled_gzip_of_unused() {
  return "Content-Type: application/gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
         "H4sIAAAAAAACAyvNKy1OTQEA+UgslAYAAAA=";
}

// JSON of kGzipOtherContent bytes that is no report, compressed.
constexpr std::size_t kGzipOtherContent = 307;
std::string gzip_of_other_json() {
  return "Content-Type: application/gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
         "H4sIAAAAAAACA4uurtVRGAVEg+raWAAkSxxaMwEAAA==";
}

std::string mail_of(const std::vector<std::string>& parts, const std::string& headers = {}) {
  std::string mail = "From: TLS <tls@example.net>\r\nSubject: a mail\r\nMessage-ID: <1@example.net>\r\n" + headers +
                     "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (const auto& part : parts) mail += "--b\r\n" + part + "\r\n";
  return mail + "--b--\r\n";
}

ReadMessage read_mail(const std::string& mail, const mime::Limits& limits = {}) {
  return Ingester(limits, {}).read_mail(mail);
}

ReadMessage read_file(const std::string& bytes, const std::string& filename = "r.json") {
  return Ingester({}, {}).read_file(bytes, filename);
}

std::vector<Reason> reasons_of(const std::vector<db::NewQuarantine>& rejected) {
  std::vector<Reason> reasons;
  reasons.reserve(rejected.size());
  for (const auto& entry : rejected) reasons.push_back(entry.rejection.reason);
  return reasons;
}

}  // namespace

TEST_CASE("a mail with a report gives the report, its part and its domain") {
  const auto read = read_mail(mail_of({kText, labelled(kReport)}, kSaysTlsReport));
  CHECK(read.kind == MessageKind::kTls);
  CHECK(read.rejected.empty());
  REQUIRE(read.reports.size() == 1);
  CHECK(read.reports[0].attachment == "2");
  CHECK(read.reports[0].filename == "r.json");
  CHECK(read.reports[0].report_domain == "example.com");
  CHECK(read.reports[0].parsed.report.report_id == "id-1");
  CHECK(read.envelope.from_domain == "example.net");
  CHECK(read.envelope.message_id == "1@example.net");
}

TEST_CASE("a report is taken from a mail that does not say that it carries one") {
  const auto read = read_mail(mail_of({unlabelled(kReport)}));
  CHECK(read.kind == MessageKind::kTls);
  REQUIRE(read.reports.size() == 1);
  CHECK(read.reports[0].attachment == "1");
}

TEST_CASE("the reports of an array are numbered") {
  const auto read =
      read_mail(mail_of({kText, labelled("[" + kReport + "," + report_for("example.org", "id-2") + "]")}));
  REQUIRE(read.reports.size() == 2);
  CHECK(read.reports[0].attachment == "2#1");
  CHECK(read.reports[1].attachment == "2#2");
  CHECK(read.reports[1].report_domain == "example.org");
}

TEST_CASE("mail-14: a broken attachment does not take the good one with it") {
  const auto read = read_mail(mail_of({labelled(kBrokenJson), labelled(kReport)}));
  REQUIRE(read.reports.size() == 1);
  CHECK(read.reports[0].attachment == "2");
  REQUIRE(read.rejected.size() == 1);
  CHECK(read.rejected[0].attachment == "1");
  CHECK(read.rejected[0].rejection.reason == Reason::kBadJson);
}

TEST_CASE("what an attachment holds is rejected or passed over by what is said of it") {
  struct Row {
    const char* what;
    std::string mail;
    std::vector<Reason> reasons;
    MessageKind kind;
  };
  const std::string bad_dates =
      R"({"organization-name":"x","report-id":"1","date-range":{"start-datetime":"yesterday"},"policies":[]})";
  const std::vector<Row> rows{
      {"broken JSON, labelled", mail_of({labelled(kBrokenJson)}), {Reason::kBadJson}, MessageKind::kTls},
      {"broken JSON in a mail that says so",
       mail_of({unlabelled(kBrokenJson)}, kSaysTlsReport),
       {Reason::kBadJson},
       MessageKind::kTls},
      {"broken JSON in some mail", mail_of({unlabelled(kBrokenJson)}), {}, MessageKind::kOther},
      {"a recognised report in some mail",
       mail_of({unlabelled(bad_dates)}),
       {Reason::kBadDateRange},
       MessageKind::kTls},
      {"other JSON, labelled", mail_of({labelled(kOtherJson)}), {Reason::kNotAReport}, MessageKind::kTls},
      {"other JSON beside a report",
       mail_of({labelled(kReport), unlabelled(kOtherJson)}, kSaysTlsReport),
       {},
       MessageKind::kTls},
      {"other JSON alone in a mail that says so",
       mail_of({unlabelled(kOtherJson)}, kSaysTlsReport),
       {Reason::kNotAReport},
       MessageKind::kTls},
      {"other JSON in some mail", mail_of({unlabelled(kOtherJson)}), {}, MessageKind::kOther},
      {"mail-20: the word \"unused\", labelled", mail_of({labelled("unused\r\n")}), {}, MessageKind::kTls},
      {"mail-20: the word \"unused\" in a mail that says so",
       mail_of({unlabelled_gzip_of_unused()}, kSaysTlsReport),
       {},
       MessageKind::kTls},
      {"mail-20: the word \"unused\" in some mail", mail_of({unlabelled_gzip_of_unused()}), {}, MessageKind::kOther},
      {"mail-20: the word \"unused\" beside what is broken",
       mail_of({labelled("unused"), labelled(kBrokenJson)}),
       {Reason::kBadJson},
       MessageKind::kTls},
      {"a report cut short, by its members, in some mail",
       mail_of({unlabelled(kReport.substr(0, kReport.size() / 2))}),
       {Reason::kBadJson},
       MessageKind::kTls},
      {"mail-19: a compressed report cut short, in some mail",
       mail_of({gzip_part().substr(0, gzip_part().size() - 8)}),
       {Reason::kBadGzip},
       MessageKind::kTls},
      {"a report and what is none, in one attachment of some mail",
       mail_of({unlabelled("[" + kReport + ", 7]")}),
       {Reason::kNotAReport},
       MessageKind::kTls},
      {"no attachment in a mail that says so",
       mail_of({kText}, kSaysTlsReport),
       {Reason::kNoAttachment},
       MessageKind::kTls},
      {"no attachment in some mail", mail_of({kText}), {}, MessageKind::kOther},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto read = read_mail(row.mail);
    CHECK(reasons_of(read.rejected) == row.reasons);
    CHECK(read.kind == row.kind);
    CHECK(read.ignored_because.empty() == (!read.reports.empty() || !read.rejected.empty()));
  }
}

TEST_CASE("mail-33: a DMARC report is ignored as such") {
  const auto read =
      read_mail(mail_of({"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; "
                         "filename=\"example.net!example.com!1929484800!1929571199.xml\"\r\n\r\n" +
                         kDmarc}));
  CHECK(read.kind == MessageKind::kDmarc);
  CHECK(read.reports.empty());
  CHECK(read.rejected.empty());
  CHECK(read.ignored_because == "a DMARC report");
}

TEST_CASE("mail-34: nobody looks into a bounce") {
  const auto read = read_mail(
      "From: MAILER-DAEMON@example.net\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n" +
      labelled(kReport) + "\r\n--b--\r\n");
  CHECK(read.kind == MessageKind::kBounce);
  CHECK(read.reports.empty());
  CHECK(read.rejected.empty());
  CHECK_FALSE(read.ignored_because.empty());
}

TEST_CASE("a mail over a bound is rejected as a whole, whatever it is") {
  const auto report = mail_of({kText, labelled(kReport)}, kSaysTlsReport);
  CHECK(read_mail(report, {.message = report.size()}).reports.size() == 1);
  for (const auto& [mail, kind] :
       {std::pair{report, MessageKind::kTls}, {mail_of({kText, kText}), MessageKind::kOther}}) {
    const auto read = read_mail(mail, {.parts = 1});
    CHECK(read.reports.empty());
    REQUIRE(read.rejected.size() == 1);
    CHECK(read.rejected[0].attachment.empty());
    CHECK(read.rejected[0].rejection.reason == Reason::kTooManyParts);
    CHECK(read.kind == kind);
  }
}

TEST_CASE("the budget of decompressed bytes is a message's, not the program's") {
  const auto packed = gzip_part();
  Ingester ingester({}, {.decompressed = kGzipContent * 3 / 2});
  CHECK(ingester.read_mail(mail_of({packed})).reports.size() == 1);
  CHECK(ingester.read_mail(mail_of({packed})).reports.size() == 1);
  const auto twice = ingester.read_mail(mail_of({packed, packed}, kSaysTlsReport));
  CHECK(twice.reports.size() == 1);
  CHECK(reasons_of(twice.rejected) == std::vector{Reason::kDecompressedTooLarge});
}

TEST_CASE("a bound that is hit in an attachment without a label is an alarm only where a TLS report may be lost") {
  struct Row {
    const char* what;
    std::vector<std::string> parts;
    std::vector<std::string> rejected;  // parts
    MessageKind kind;
  };
  const std::string long_text = '"' + std::string(70'000, 'x') + '"';
  const std::string other = unlabelled(R"({"text":)" + long_text + "}");
  const std::string report = unlabelled(R"({"date-range":{},"report-id":)" + long_text + "}");
  const std::vector<Row> rows{
      {"other JSON", {other}, {}, MessageKind::kOther},
      {"a report by its members", {report}, {"1"}, MessageKind::kTls},
      {"other JSON and a report", {other, report}, {"2"}, MessageKind::kTls},
      {"a large file", {gzip_of_other_json()}, {}, MessageKind::kOther},
      {"a large file and what fits", {gzip_of_other_json(), unlabelled(kReport)}, {}, MessageKind::kTls},
      {"a large file, and another that nobody could look into after it",
       {gzip_of_other_json(), gzip_of_other_json()},
       {"2"},
       MessageKind::kOther},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto read = Ingester({}, {.decompressed = kGzipOtherContent - 1}).read_mail(mail_of(row.parts));
    std::vector<std::string> rejected;
    for (const auto& entry : read.rejected) rejected.push_back(entry.attachment);
    CHECK(rejected == row.rejected);
    CHECK(read.kind == row.kind);
    CHECK(read.ignored_because.empty() == (!read.reports.empty() || !read.rejected.empty()));
  }
  CHECK(Ingester({}, {.decompressed = kGzipOtherContent - 1})
            .read_mail(mail_of({gzip_of_other_json()}))
            .ignored_because ==
        "no TLS report in it; part 1: the message's reports are longer, once decompressed, than limits.decompressed "
        "allows");
}

TEST_CASE("mail-8: mended base64 is a deviation of the reports in it") {
  const auto read =
      read_mail(mail_of({"Content-Type: application/tlsrpt+json\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                         "eyJvcmdhbml6YXRpb24tbmFtZSI6IngiLCJyZXBvcnQtaWQiOiIxIiwiZGF0ZS1yYW5nZSI6eyJz*\r\n"
                         "dGFydC1kYXRldGltZSI6IjIwMzEtMDItMjJUMDA6MDA6MDBaIiwiZW5kLWRhdGV0aW1lIjoiMjAz\r\n"
                         "MS0wMi0yMlQyMzo1OTo1OVoifSwicG9saWNpZXMiOltdfQ"}));
  REQUIRE(read.reports.size() == 1);
  const auto& deviations = read.reports[0].parsed.deviations;
  CHECK(std::count_if(deviations.begin(), deviations.end(), [](const auto& deviation) {
          return deviation.code == parser::DeviationCode::kLenientBase64;
        }) == 1);
}

TEST_CASE("a loose report needs no label") {
  const auto read = read_file(kReport, "small.example.net!example.com!1929484800!1929571199.json");
  CHECK(read.kind == MessageKind::kTls);
  REQUIRE(read.reports.size() == 1);
  CHECK(read.reports[0].attachment.empty());
  CHECK(read.reports[0].filename == "small.example.net!example.com!1929484800!1929571199.json");
}

TEST_CASE("whatever is no report is rejected in a file that the operator named") {
  for (const auto& bytes : {std::string(), std::string("hello"), kBrokenJson, kOtherJson, kDmarc}) {
    CAPTURE(bytes);
    const auto read = read_file(bytes);
    CHECK(read.reports.empty());
    REQUIRE(read.rejected.size() == 1);
    CHECK_FALSE(read.rejected[0].rejection.detail.empty());
  }
  CHECK(reasons_of(read_file(kBrokenJson).rejected) == std::vector{Reason::kBadJson});
  CHECK(reasons_of(read_file(kOtherJson).rejected) == std::vector{Reason::kNotAReport});
}

TEST_CASE("a file over limits.decompressed is too large, one at it is read") {
  CHECK(Ingester({}, {.decompressed = kReport.size()}).read_file(kReport, "").reports.size() == 1);
  const auto read = Ingester({}, {.decompressed = kReport.size() - 1}).read_file(kReport, "");
  CHECK(read.reports.empty());
  CHECK(reasons_of(read.rejected) == std::vector{Reason::kTooLarge});
}

TEST_CASE("a file name that is no text is made text") {
  const auto read = read_file(kReport, "r\xff\n.json");
  REQUIRE(read.reports.size() == 1);
  CHECK(read.reports[0].filename == "r\\xff\\x0a.json");
}

TEST_CASE("what is accepted carries what the database wants to know") {
  const auto message = accept(read_mail(mail_of({kText, labelled(kReport)}, kSaysTlsReport)), {}, true);
  CHECK(message.kind == MessageKind::kTls);
  CHECK(message.rfc822_message_id == "1@example.net");
  CHECK(message.from_domain == "example.net");
  CHECK(message.subject == "a mail");
  CHECK(message.authentic == db::Authentic::kUnknown);
  CHECK(message.quarantine.empty());
  REQUIRE(message.reports.size() == 1);
  const auto& report = message.reports[0];
  CHECK(report.attachment == "2");
  CHECK(report.report_domain == "example.com");
  CHECK(report.submitter_domain == "example.net");
  CHECK(report.filename == "r.json");
  REQUIRE(report.session_totals.size() == 1);
  CHECK(report.session_totals[0] ==
        parser::SessionTotal{.recipient_domain = "example.com", .sessions = 5, .failures = 1});
}

TEST_CASE("without a TLS-Report-Submitter the file name says who submitted") {
  const auto message =
      accept(read_file(kReport, "small.example.net!example.com!1929484800!1929571199.json"), {}, false);
  REQUIRE(message.reports.size() == 1);
  CHECK(message.reports[0].submitter_domain == "small.example.net");
}

TEST_CASE("a report about no listed domain goes to quarantine") {
  struct Row {
    std::string about;
    std::vector<std::string> domains;
    bool accepted;
  };
  const std::vector<Row> rows{
      {"example.com", {}, true},
      {"example.com", {"example.com"}, true},
      {"example.com", {"example.org", "example.com"}, true},
      {"mx1.example.com", {"example.com"}, true},
      {"example.com", {"mx1.example.com"}, false},
      {"badexample.com", {"example.com"}, false},
      {"example.net", {"example.com", "example.org"}, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.about);
    const auto message = accept(read_file(report_for(row.about)), {.domains = row.domains}, false);
    CHECK(message.reports.size() == (row.accepted ? 1 : 0));
    REQUIRE(message.quarantine.size() == (row.accepted ? 0 : 1));
    if (!row.accepted) {
      CHECK(message.quarantine[0].rejection.reason == Reason::kForeignDomain);
      CHECK(message.quarantine[0].rejection.detail.find(row.about) != std::string::npos);
      CHECK(message.quarantine[0].rejection.detail.find("`domains`") != std::string::npos);
    }
  }
}

TEST_CASE("of two reports in one mail only the foreign one goes to quarantine") {
  const auto both = "[" + kReport + "," + report_for("example.org", "id-2") + "]";
  const auto message = accept(read_mail(mail_of({labelled(both)})), {.domains = {"example.com"}}, true);
  REQUIRE(message.reports.size() == 1);
  CHECK(message.reports[0].attachment == "1#1");
  REQUIRE(message.quarantine.size() == 1);
  CHECK(message.quarantine[0].attachment == "1#2");
}

TEST_CASE("where DKIM is required, mail without a pass goes to quarantine and bare JSON does not") {
  const auto verdict = [](const std::string& result) {
    return "Authentication-Results: mx.example.com; dkim=" + result + " header.d=example.net\r\n";
  };
  const auto mail = [&](const std::string& headers) { return mail_of({labelled(kReport)}, headers); };
  const Acceptance required{.domains = {}, .authserv_id = "mx.example.com", .require_dkim = true};
  CHECK(accept(read_mail(mail(verdict("pass"))), required, true).reports.size() == 1);
  CHECK(accept(read_mail(mail(verdict("pass"))), required, true).authentic == db::Authentic::kPass);
  for (const auto& headers : {verdict("fail"), verdict("none"), std::string()}) {
    const auto message = accept(read_mail(mail(headers)), required, true);
    CHECK(message.reports.empty());
    CHECK(reasons_of(message.quarantine) == std::vector{Reason::kNotAuthentic});
  }
  const auto bare = accept(read_file(kReport), required, false);
  CHECK(bare.reports.size() == 1);
  CHECK(bare.authentic == db::Authentic::kUnknown);
  const Acceptance recorded{.domains = {}, .authserv_id = "mx.example.com", .require_dkim = false};
  const auto failed = accept(read_mail(mail(verdict("fail"))), recorded, true);
  CHECK(failed.reports.size() == 1);
  CHECK(failed.authentic == db::Authentic::kFail);
}

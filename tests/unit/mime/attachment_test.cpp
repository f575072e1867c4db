#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "mail.hpp"

using namespace tlsrpt::mime;
using namespace tlsrpt::mime::test;

namespace {

const std::string kZip("PK\x03\x04\x14\x00rest", 10);
const std::string kZlib("x\x9C\xAB\x56 rest");  // RFC 1950 (mail-5)
const std::string kGzipName(kReportName);

std::string utf16(std::string_view text, bool little, bool mark) {
  std::string wide = !mark ? "" : little ? "\xFF\xFE" : "\xFE\xFF";
  for (const char c : text) wide += little ? std::string{c, '\0'} : std::string{'\0', c};
  return wide;
}

struct Row {
  std::string what;
  std::string fields;
  std::string body;
  std::string taken;  // the attachment's body; "(none)" where the part is none
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Message message = read(entity(row.fields, row.body));
    CHECK((message.attachments.empty() ? "(none)" : message.attachments[0].body) == row.taken);
  }
}

std::string encoded(const std::string& type, const std::string& encoding) {
  return "Content-Type: " + type + "\r\nContent-Transfer-Encoding: " + encoding;
}

}  // namespace

TEST_CASE("What a part holds is told by its first bytes, whatever its type says (mail-3, mail-4)") {
  const std::string gzip(kGzip);
  const std::string json(kJson);
  std::vector<Row> rows;
  for (const std::string type :
       {"application/gzip", "application/x-gzip", "application/octet-stream", "application/x-zip-compressed",
        "application/tlsrpt", "application/tlsrpt+x-gzip", "application/tlsrpt+zip", "application/tlsrpt+gzip",
        "application/tlsrpt+json", "application/json", "application/zip", "image/png", "nonsense"}) {
    for (const std::string& bytes : {gzip, json, kZip, kZlib})
      rows.push_back({type, encoded(type, "base64"), base64(bytes), bytes});
  }
  rows.push_back({"text/json", encoded("text/json", "base64"), base64(json), json});
  rows.push_back({"gzip as text", encoded("text/plain", "base64"), base64(gzip), gzip});
  rows.push_back({"no type (mail-23)", "ContentType: application/tlsrpt+gzip\r\nContent-Transfer-Encoding: base64",
                  base64(gzip), gzip});
  check(rows);
}

TEST_CASE("JSON is recognised in any of its encodings (json-22, json-23)") {
  const std::string json(kJson);
  const std::string type = "Content-Type: application/octet-stream";
  check({
      {"plain", type, json, json},
      {"an array", type, "[" + json + "]", "[" + json + "]"},
      {"white space first", type, " \r\n\t" + json, " \r\n\t" + json},
      {"a byte order mark", type, "\xEF\xBB\xBF" + json, "\xEF\xBB\xBF" + json},
      {"UTF-16, little-endian", type, utf16(json, true, true), utf16(json, true, true)},
      {"UTF-16, big-endian", type, utf16(json, false, true), utf16(json, false, true)},
      {"UTF-16 without a mark, little-endian", type, utf16(json, true, false), utf16(json, true, false)},
      {"UTF-16 without a mark, big-endian", type, utf16(json, false, false), utf16(json, false, false)},
      {"a document", type, "%PDF-1.7", "(none)"},
      {"XML", type, "<?xml version=\"1.0\"?>", "(none)"},
      {"nothing", type, "", "(none)"},
      {"white space", type, " \r\n", "(none)"},
  });
}

TEST_CASE("A text for people is a report only if it is surely JSON") {
  for (const std::string type : {"Content-Type: text/plain", "Content-Type: text/html", "Subject: no type"}) {
    check({
        {"an object", type, "{\"a\": 1}", "{\"a\": 1}"},
        {"an object, pretty-printed (json-21)", type, "\r\n{\r\n  \"a\": 1\r\n}", "\r\n{\r\n  \"a\": 1\r\n}"},
        {"an array of objects", type, "[ {\"a\": 1}]", "[ {\"a\": 1}]"},
        {"a word in brackets (mail-33)", type, "[Preview] Hello", "(none)"},
        {"an array of numbers", type, "[1, 2]", "(none)"},
        {"a brace", type, "{name}, hello", "(none)"},
        {"nothing (mail-12)", type, "", "(none)"},
        {"a blank line", type, "\r\n", "(none)"},
    });
  }
}

TEST_CASE("Any transfer encoding is undone, declared or not (mail-6, mail-7)") {
  const std::string gzip(kGzip);
  const std::string json(kJson);
  const std::string octets = "application/octet-stream";
  check({
      {"base64", encoded(octets, "BASE64"), base64(gzip), gzip},
      {"quoted-printable", encoded(octets, "quoted-printable"), "=7B\"a\"=3A=\r\n1}", "{\"a\":1}"},
      {"quoted-printable, plain at first", encoded(octets, "quoted-printable"), "{\"a=3D\":1}", "{\"a=\":1}"},
      {"7bit", encoded(octets, "7bit"), json, json},
      {"8bit", encoded(octets, "8bit"), "{\"\xC3\xBC\":1}", "{\"\xC3\xBC\":1}"},
      {"binary", encoded(octets, "binary"), gzip, gzip},
      {"an unknown one", encoded(octets, "x-unknown"), json, json},
      {"none", "Content-Type: " + octets, gzip, gzip},
      {"JSON declared as base64", encoded(octets, "base64"), json, json},
      {"a byte order mark and JSON declared as base64", encoded(octets, "base64"), "\xEF\xBB\xBF" + json,
       "\xEF\xBB\xBF" + json},
      {"gzip declared as base64", encoded(octets, "base64"), gzip, gzip},
      {"gzip declared as quoted-printable", encoded(octets, "quoted-printable"), gzip + "=41", gzip + "=41"},
      {"base64 of gzip declared as 7bit", encoded(octets, "7bit"), base64(gzip), gzip},
      {"base64 of zip without a word", "Content-Type: " + octets, base64(kZip + "more"), kZip + "more"},
      {"base64 of JSON declared as quoted-printable", encoded(octets, "quoted-printable"), base64(json), json},
      {"base64 of gzip in a text", encoded("text/plain", "7bit"), "\r\n" + base64(gzip), gzip},
      {"a word of base64's letters", encoded(octets, "7bit"), "SGVsbG8sIHdvcmxkISBIZWxsbw==", "(none)"},
      {"too little to tell", encoded(octets, "7bit"), "H4sI", "(none)"},
  });
}

TEST_CASE("A labelled part is taken whatever it holds, so that it can be refused by name") {
  const std::string type = "Content-Type: application/tlsrpt+gzip";
  check({
      {"nothing", type, "", ""},
      {"nonsense", type, "nonsense", "nonsense"},
      {"XML in base64", encoded("application/tlsrpt+json", "base64"), base64("<feedback/>"), "<feedback/>"},
      {"by its file name", "Content-Type: application/octet-stream; name=\"" + kGzipName + "\"", "nonsense",
       "nonsense"},
      {"text by its file name", "Content-Disposition: attachment; filename=\"" + kGzipName + "\"", "nonsense",
       "nonsense"},
  });
}

TEST_CASE("Only the first KiB is looked at") {
  const std::string type = "Content-Type: application/octet-stream";
  check({{"within", type, std::string(1023, ' ') + "{", std::string(1023, ' ') + "{"},
         {"beyond", type, std::string(1024, ' ') + "{", "(none)"}});
}

TEST_CASE("File names come from the disposition, the type or the description (mail-2, mail-21, mail-22)") {
  struct Name {
    std::string what;
    std::string fields;
    std::string filename;
    bool labelled;
  };
  const std::string type = "Content-Type: application/octet-stream";
  const std::string type_named = type + "; name=\"type.json\"";
  const std::string name(kReportName);
  const std::vector<Name> rows = {
      {"none", type, "", false},
      {"disposition", type_named + "\r\nContent-Disposition: attachment; filename=\"disposition.json\"",
       "disposition.json", false},
      {"type", type_named + "\r\nContent-Disposition: attachment", "type.json", false},
      {"description", type + "\r\nContent-Description: " + name, name, true},
      {"a folded description",
       type + "\r\nContent-Description: sender.example!example.org!\r\n 1772323200!1772409599!001.json.gz", name, true},
      {"a description in words", type + "\r\nContent-Description: A report", "", false},
      {"a name folded inside",
       type + ";\r\n name=\"sender.example!example.org!1772323200!\r\n\t1772409599!001.json.gz\"", name, true},
      {"another name folded inside", type + ";\r\n name=\"my\r\n report.json\"", "my report.json", false},
      {"RFC 2231",
       type + "\r\nContent-Disposition: attachment; filename*0*=UTF-8''sender.example%21example.org;"
              " filename*1=\"!1772323200!1772409599!001.json.gz\"",
       name, true},
      {"RFC 2047", type + "; name=\"=?UTF-8?Q?sender.example=21example.org=211772323200=211772409599=21001.json.gz?=\"",
       name, true},
      {"the standard's name", type + "; name=\"a.example!b.example!1!2.json\"", "a.example!b.example!1!2.json", true},
      {"a DMARC report's name", type + "; name=\"a.example!b.example!1!2.xml.gz\"", "a.example!b.example!1!2.xml.gz",
       false},
      {"the standard's type", "Content-Type: Application/TLSRPT+json", "", true},
      {"a type that begins alike", "Content-Type: application/tlsrptx", "", false},
      {"a path", type + "; name=\"../../etc/passwd\"", "../../etc/passwd", false},
  };
  for (const Name& row : rows) {
    CAPTURE(row.what);
    const Message message = read(entity(row.fields, kJson));
    REQUIRE(message.attachments.size() == 1);
    CHECK(message.attachments[0].filename == row.filename);
    CHECK(message.attachments[0].labelled == row.labelled);
    CHECK(message.says_tls_report == row.labelled);
  }
}

TEST_CASE("A file name is cut to 1 KiB") {
  const Message message = read(entity("Content-Type: application/json; name=" + std::string(2000, 'x'), kJson));
  REQUIRE(message.attachments.size() == 1);
  CHECK(message.attachments[0].filename == std::string(1024, 'x'));
}

TEST_CASE("A mail says that it carries a TLS report in several ways (mail-11, mail-25)") {
  struct Says {
    std::string header;
    bool tls;
  };
  const std::vector<Says> rows = {
      {"Subject: Report Domain: a Submitter: b Report-ID: <c>", false},
      {"TLS-Report-Domain: example.org", true},
      {"tls-report-submitter: x", true},
      {"Content-Type: multipart/report; report-type=tlsrpt; boundary=b", true},
      {"Content-Type: multipart/report; report-type=\"TLSRPT\"; boundary=b", true},
      {"Content-Type: multipart/report; report-type=tlsrpt", true},
      {"Content-Type: multipart/report; report-type=other; boundary=b", false},
      {"Content-Type: application/tlsrpt+gzip", true},
      {"Content-Type: application/gzip; name=\"r.example!d.example!1!2!001.xml.gz\"", false},
      {"Content-Type: application/zip; name=\"r.example!d.example!1!2.zip\"", false},
      {"Content-Type: application/zip; name=\"r.example!d.example!1!2.json.zip\"", true},
      {"Content-Type: application/gzip; name=\"r.example!d.example!1!2.gz\"", true},
  };
  for (const Says& row : rows) {
    CAPTURE(row.header);
    CHECK(read(entity(row.header, "Hello.")).says_tls_report == row.tls);
  }
}

TEST_CASE(
    "DMARC reports are told by file name, report-type or subject, and never against a TLS report's word (mail-33)") {
  struct Says {
    std::string header;
    bool dmarc;
  };
  const std::vector<Says> rows = {
      {"Content-Type: application/gzip; name=\"r.example!d.example!1!2.xml.gz\"", true},
      {"Content-Type: application/gzip; name=\"r.example!d.example!1!2!u.xml\"", true},
      {"Content-Type: application/zip; name=\"r.example!d.example!1!2.ZIP\"", true},
      {"Content-Type: application/gzip; name=\"r.example!d.example!1!2.json.gz\"", false},
      {"Content-Type: application/zip; name=\"r.example!d.example!1!2.json.zip\"", false},
      {"Content-Type: application/gzip; name=\"r.example!d.example!x!2.xml.gz\"", false},
      {"Content-Type: application/gzip; name=\"r.example!d.example!1.xml.gz\"", false},
      {"Content-Type: text/xml; name=\"invoice.xml\"", false},
      {"Content-Type: multipart/report; report-type=feedback-report; boundary=b", true},
      {"Subject: Report domain: d.example Submitter: r.example Report-ID: <1>", true},
      {"Subject: Re: Report domain: d.example Submitter: r.example Report-ID: <1>", false},
      {"Subject: Report domain: d.example Submitter: r.example Report-ID: <1>\r\nTLS-Report-Domain: d.example", false},
      {"Subject: Hello", false},
  };
  for (const Says& row : rows) {
    CAPTURE(row.header);
    CHECK(read(entity(row.header, "Hello.")).says_dmarc_report == row.dmarc);
  }
}

TEST_CASE("Mended base64 is said of the attachment (mail-8)") {
  const auto lenient = [](const std::string& body) {
    const Message message =
        read(entity("Content-Type: application/tlsrpt+gzip\r\nContent-Transfer-Encoding: base64", body));
    return message.attachments.at(0).lenient_base64;
  };
  CHECK_FALSE(lenient(base64(kGzip)));
  CHECK(lenient(base64(kGzip) + "\r\n-- \r\nA list's footer"));
  CHECK(lenient("H4sIAAAA*AAAA"));
}

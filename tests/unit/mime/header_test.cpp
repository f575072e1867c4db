#include "mime/header.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace tlsrpt::mime;

TEST_CASE("The fields of a header are known in any case, and whatever stands before the colon") {
  const Header header = read_header(
      "Message-Id: a\r\nFROM:b\r\nsubject \t: c\r\nDate: d\r\nReceived: e\r\nTLS-Report-Domain: f\r\n"
      "TLS-Report-Submitter: g\r\nContent-type: h\r\nContent-Transfer-Encoding: i\r\nContent-Disposition: j\r\n"
      "content-description: k\r\nAuthentication-Results: l\r\nauthentication-results: m");
  CHECK(header.message_id == " a\r\n");
  CHECK(header.from == "b\r\n");
  CHECK(header.subject == " c\r\n");
  CHECK(header.date == " d\r\n");
  CHECK(header.received == " e\r\n");
  CHECK(header.tls_report_domain == " f\r\n");
  CHECK(header.tls_report_submitter == " g\r\n");
  CHECK(header.content_type == " h\r\n");
  CHECK(header.content_transfer_encoding == " i\r\n");
  CHECK(header.content_disposition == " j\r\n");
  CHECK(header.content_description == " k\r\n");
  REQUIRE(header.authentication_results.size() == 2);
  CHECK(header.authentication_results[0] == " l\r\n");
  CHECK(header.authentication_results[1] == " m");
}

TEST_CASE("What stands before a message's first field is no part of it") {
  for (const char* const before :
       {"", "\xef\xbb\xbf", "\n\r\n", ">From a Sat Feb 22 00:00:00 2031\n", "\xef\xbb\xbf\n"}) {
    CAPTURE(before);
    CHECK(skip_to_header(std::string(before) + "Subject : x\n\n") == "Subject : x\n\n");
  }
  for (const char* const text : {"", "\n", "\n{\"a\":1}", "\nDear reader: hello\n", "\n: x\n"}) {
    CAPTURE(text);
    CHECK(skip_to_header(text) == text);
  }
}

TEST_CASE("Of repeated fields the topmost counts, even without a word in it") {
  CHECK(read_header("Content-Type:\r\nContent-Type: b\r\n").content_type == "\r\n");
}

TEST_CASE("A field is read with its folds, and what is no field is passed over") {
  struct Row {
    std::string_view text;
    std::size_t length;
    std::string_view subject;
  };
  for (const Row& row : {
           Row{"Subject: a\r\n b\r\n\tc\r\nTo: d\r\n", 20, " a\r\n b\r\n\tc\r\n"},
           Row{"Subject: a", 10, " a"},
           Row{"Subject:", 8, ""},
           Row{"Subject\r\n : a\r\n", 15, ""},
           Row{" Subject: a\r\nTo: b\r\n", 13, ""},
           Row{"Subject\r\nTo: b\r\n", 9, ""},
           Row{": a\r\n", 5, ""},
           Row{" \t: a\r\n", 7, ""},
           Row{"Subjects: a\r\n", 13, ""},
       }) {
    CAPTURE(row.text);
    Header header;
    CHECK(read_field(row.text, header) == row.length);
    CHECK(header.subject == row.subject);
  }
}

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "mail.hpp"

using namespace tlsrpt::mime;
using namespace tlsrpt::mime::test;
using tlsrpt::parser::Reason;

// Each of these is answered in milliseconds; a walk that recursed would crash, a quadratic one would not end.

TEST_CASE("A hundred thousand nested multiparts end at the bound") {
  std::string mail;
  for (int i = 0; i < 100'000; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    mail.append("Content-Type: multipart/mixed; boundary=").append(boundary);
    mail.append("\r\n\r\n--").append(boundary).append("\r\n");
  }
  const Message message = read(mail);
  REQUIRE(message.problem);
  CHECK(message.problem->reason == Reason::kNestedTooDeep);
}

TEST_CASE("A hundred thousand nested messages end at the bound") {
  const Message message = read(repeat("Content-Type: message/rfc822\r\n\r\n", 100'000));
  REQUIRE(message.problem);
  CHECK(message.problem->reason == Reason::kNestedTooDeep);
}

TEST_CASE("Messages in base64 within each other end at a bound") {
  std::string mail = "x";
  for (int i = 0; i < 25; ++i) {
    mail = entity("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64", base64(mail));
  }
  const Message message = read(mail);
  REQUIRE(message.problem);
  CHECK(message.problem->reason == Reason::kNestedTooDeep);
}

TEST_CASE("A hundred thousand parts end at the bound") {
  const Message message = read(multipart("b", std::vector<std::string>(100'000, entity("", "x"))));
  REQUIRE(message.problem);
  CHECK(message.problem->reason == Reason::kTooManyParts);
}

TEST_CASE("Twenty megabytes of empty parts end at the bound") {
  const Message message = read("Content-Type: multipart/mixed; boundary=b\n\n" + repeat("--b\n", 5'000'000));
  REQUIRE(message.problem);
  CHECK(message.problem->reason == Reason::kTooManyParts);
}

TEST_CASE("Twenty megabytes of lookalikes of twenty boundaries are one part") {
  // Boundaries of one letter more each, and lines that differ from all of them in the last letter.
  std::string mail;
  std::string boundary(70, 'a');
  for (int i = 0; i < 20; ++i) {
    mail.append("Content-Type: multipart/mixed; boundary=").append(boundary);
    mail.append("\r\n\r\n--").append(boundary).append("\r\n");
    boundary += 'a';
  }
  mail += "\r\n{}\r\n" + repeat("--" + boundary + "b\r\n", 200'000);
  const Message message = read(mail);
  CHECK_FALSE(message.problem);
  CHECK(message.attachments.empty());
}

TEST_CASE("A megabyte of header is over the bound, in one field or in a million") {
  for (const std::string& header :
       {"X: " + std::string(1u << 20, 'x') + "\r\n", repeat("a:\n", 1'000'000), repeat(" \n", 1'000'000),
        "Content-Type: x;" + repeat("a=b;", 1u << 18) + "\n", "From: " + repeat("(", 1u << 20) + "\n"}) {
    const Message message = read(header + "\r\nbody");
    REQUIRE(message.problem);
    CHECK(message.problem->reason == Reason::kHeaderTooLarge);
  }
}

TEST_CASE("Fields as long as the bound allows are read") {
  const std::size_t size = 250u << 10;
  for (const std::string_view name : {"Subject", "From", "Date", "Received", "Message-ID", "TLS-Report-Domain",
                                      "TLS-Report-Submitter", "Content-Type", "Content-Transfer-Encoding",
                                      "Content-Disposition", "Content-Description", "Authentication-Results"}) {
    for (const std::string_view text : {"(", "\"", "\\", "=?", "=?a?q?", "=?a?b?x?=", "a@b,", "<", ";a=\"b\"", ";a*0=b",
                                        ";a*=x''%", " ", "\r\n ", "\xFF", "(\\"}) {
      CAPTURE(name);
      CAPTURE(text);
      const Message message = read(std::string(name) + ": " + repeat(text, size / text.size()) + "\r\n\r\nbody");
      CHECK_FALSE(message.problem);
      CHECK(message.attachments.empty());
    }
  }
}

TEST_CASE("A boundary that never ends runs to the end of the header") {
  const Message message =
      read("Content-Type: multipart/mixed; boundary=\"" + std::string(200'000, 'b') + "\r\n\r\n--b\r\n\r\n{}");
  CHECK_FALSE(message.problem);
  CHECK(message.attachments.empty());
}

TEST_CASE("Twenty megabytes of parameters over many parts stop at limits.headers") {
  const std::string part = entity("Content-Disposition: x" + repeat("; filename*1=a", 10'000), "x");
  const Message message = read(multipart("b", std::vector<std::string>(100, part)));
  REQUIRE(message.problem);
  CHECK(message.problem->reason == Reason::kHeadersTooLarge);
}

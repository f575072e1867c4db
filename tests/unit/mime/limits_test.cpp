#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "mail.hpp"

using namespace tlsrpt::mime;
using namespace tlsrpt::mime::test;
using tlsrpt::parser::Reason;

namespace {

std::string report_part() {
  return entity("Content-Type: application/json", kJson);
}

// A message of `depth` multiparts within each other, a report in the innermost.
std::string nested(std::size_t depth) {
  std::string mail = report_part();
  for (std::size_t i = 0; i < depth; ++i) mail = multipart("b" + std::to_string(i), {mail});
  return mail;
}

// Embedded in each other as messages.
std::string embedded(std::size_t depth) {
  return repeat("Content-Type: message/rfc822\r\n\r\n", depth) + report_part();
}

std::string header_of(std::size_t size) {
  std::string header = "Subject: limits\r\nX: ";
  return header.append(size - header.size() - 2, 'x').append("\r\n");
}

void check_taken(const Message& message) {
  CHECK_FALSE(message.problem);
  CHECK_FALSE(message.attachments.empty());
}

void check_problem(const Message& message, Reason reason, std::string_view detail) {
  REQUIRE(message.problem);
  CHECK(message.problem->reason == reason);
  CHECK(message.problem->detail == detail);
}

}  // namespace

TEST_CASE("limits.message holds for the whole message") {
  const std::string mail = "Subject: limits\r\n" + report_part();
  Limits limits;
  limits.message = mail.size();
  check_taken(read_message(mail, limits));
  --limits.message;
  const Message message = read_message(mail, limits);
  check_problem(message, Reason::kTooLarge, "the message is larger than limits.message, 67 bytes");
  CHECK(message.attachments.empty());
  CHECK(message.envelope.subject == "limits");
}

TEST_CASE("limits.message holds for encoded messages within each other") {
  const std::string fields = "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64";
  const std::string inner = base64(entity(fields, base64(report_part())));
  const std::string mail = entity(fields, inner);
  Limits limits;
  limits.message = inner.size() + base64(report_part()).size();
  check_taken(read_message(mail, limits));
  --limits.message;
  check_problem(read_message(mail, limits), Reason::kTooLarge,
                "encoded messages within each other come to 252 bytes; limits.message is 251");
}

TEST_CASE("limits.header holds for the message's header block, of which the envelope is read as far as it goes") {
  Limits limits;
  limits.header = 4096;
  check_taken(read_message(header_of(4096) + "\r\n" + std::string(kJson), limits));
  const Message message = read_message(header_of(4097) + "\r\n" + std::string(kJson), limits);
  check_problem(message, Reason::kHeaderTooLarge,
                "the header block of the message is 4097 bytes; limits.header is 4096");
  CHECK(message.attachments.empty());
  CHECK(message.envelope.subject == "limits");
}

TEST_CASE("limits.header holds for a part's header block") {
  Limits limits;
  limits.header = 4096;
  const auto mail = [](std::size_t size) {
    return multipart("out", {multipart("in", {header_of(size) + "\r\n" + std::string(kJson)})});
  };
  check_taken(read_message(mail(4096), limits));
  check_problem(read_message(mail(4097), limits), Reason::kHeaderTooLarge,
                "the header block of part 1.1 is 4097 bytes; limits.header is 4096");
}

TEST_CASE("limits.header holds for an embedded message's header block") {
  Limits limits;
  limits.header = 4096;
  const std::string mail = multipart("out", {entity("Content-Type: message/rfc822", header_of(4097) + "\r\nx")});
  check_problem(read_message(mail, limits), Reason::kHeaderTooLarge,
                "the header block of the message in part 1 is 4097 bytes; limits.header is 4096");
}

TEST_CASE("limits.headers holds for all header blocks together") {
  const std::string part = header_of(1000) + "\r\n" + std::string(kJson);
  const std::string mail = multipart("b", {part, part, part});
  const std::size_t own = mail.find("\r\n\r\n") + 2;
  Limits limits;
  limits.headers = own + 3000;
  CHECK(read_message(mail, limits).attachments.size() == 3);
  check_taken(read_message(mail, limits));
  --limits.headers;
  const Message message = read_message(mail, limits);
  check_problem(message, Reason::kHeadersTooLarge,
                "the header blocks up to that of part 3 are 3045 bytes; limits.headers is 3044");
  CHECK(message.attachments.size() == 2);
}

TEST_CASE("limits.parts holds for parts with a number") {
  const auto mail = [](std::size_t parts) { return multipart("b", std::vector<std::string>(parts, report_part())); };
  Limits limits;
  limits.attachments = 1000;
  CHECK(read_message(mail(200), limits).attachments.size() == 200);
  check_taken(read_message(mail(200), limits));
  const Message message = read_message(mail(201), limits);
  check_problem(message, Reason::kTooManyParts, "the message has at least 201 parts; limits.parts is 200");
  CHECK(message.attachments.size() == 200);
}

TEST_CASE("limits.nesting holds for multiparts and messages within each other") {
  check_taken(read(nested(20)));
  check_problem(read(nested(21)), Reason::kNestedTooDeep,
                "multiparts and messages are nested at least 21 deep; limits.nesting is 20");
  check_taken(read(embedded(20)));
  check_problem(read(embedded(21)), Reason::kNestedTooDeep,
                "multiparts and messages are nested at least 21 deep; limits.nesting is 20");
  check_taken(read(multipart("b", {embedded(19)})));
  check_problem(read(multipart("b", {embedded(20)})), Reason::kNestedTooDeep,
                "multiparts and messages are nested at least 21 deep; limits.nesting is 20");
}

TEST_CASE("limits.attachments holds for parts that may hold a report, and for no others") {
  const auto mail = [](std::size_t reports) {
    std::vector<std::string> parts(reports, report_part());
    parts.insert(parts.begin(), 60, entity("Content-Type: text/plain", "Hello."));
    return multipart("b", parts);
  };
  CHECK(read(mail(50)).attachments.size() == 50);
  check_taken(read(mail(50)));
  const Message message = read(mail(51));
  check_problem(message, Reason::kTooManyAttachments, "at least 51 parts may hold a report; limits.attachments is 50");
  CHECK(message.attachments.size() == 50);
}

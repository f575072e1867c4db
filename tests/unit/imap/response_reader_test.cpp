#include "collector/imap/response_reader.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "reading.hpp"

using namespace std::literals;
using namespace tlsrpt::imap;
using namespace tlsrpt::imap::test;

namespace {

struct Case {
  std::string_view bytes;
  std::vector<std::string> texts;
  std::vector<std::string> literals;  // of all responses, in order
};

const std::vector<Case> kForms = {
    {"* OK ready\r\n", {"* OK ready"}, {}},
    {"A1 OK [READ-ONLY] done\r\n", {"A1 OK [READ-ONLY] done"}, {}},
    {"+ go on\r\n", {"+ go on"}, {}},
    {"+\r\n", {"+"}, {}},
    {"* 3 EXISTS\r\n* SEARCH 1 2 3\r\n", {"* 3 EXISTS", "* SEARCH 1 2 3"}, {}},
    {"* SEARCH\r\n", {"* SEARCH"}, {}},
    {"* LIST (\\HasNoChildren) \"/\" \"a b\"\r\n", {"* LIST (\\HasNoChildren) \"/\" \"a b\""}, {}},
    {"* LIST () NIL {3}\r\na\"b\r\n", {"* LIST () NIL {3}\r\n"}, {"a\"b"}},
    {"* 1 FETCH (BODY[] {4}\r\nabcd)\r\n", {"* 1 FETCH (BODY[] {4}\r\n)"}, {"abcd"}},
    {"* 1 FETCH (BODY[] {4+}\r\nabcd)\r\n", {"* 1 FETCH (BODY[] {4+}\r\n)"}, {"abcd"}},
    {"* 1 FETCH (BINARY[] ~{3}\r\n\0\r\n UID 7)\r\n"sv, {"* 1 FETCH (BINARY[] ~{3}\r\n UID 7)"}, {"\0\r\n"s}},
    {"* 1 FETCH (BODY[] {0}\r\n)\r\n", {"* 1 FETCH (BODY[] {0}\r\n)"}, {""}},
    {"* 1 FETCH (A {1}\r\nx B {2}\r\nyz)\r\nA1 OK\r\n", {"* 1 FETCH (A {1}\r\n B {2}\r\n)", "A1 OK"}, {"x", "yz"}},
    // Protocol in a literal is no protocol.
    {"* 1 FETCH (BODY[] {26}\r\n)\r\nA1 OK done\r\n* BYE {9}\r\n)\r\nA1 NO really\r\n",
     {"* 1 FETCH (BODY[] {26}\r\n)", "A1 NO really"},
     {")\r\nA1 OK done\r\n* BYE {9}\r\n"}},
    // Text for people may end like a literal's header.
    {"* OK still {5}\r\n* 1 EXISTS\r\n", {"* OK still {5}", "* 1 EXISTS"}, {}},
    {"A1 NO no such folder {12}\r\n+ {3}\r\n", {"A1 NO no such folder {12}", "+ {3}"}, {}},
    {"* BYE {1}\r\n", {"* BYE {1}"}, {}},
    // These are no headers either.
    {"* X a}\r\n* X {}\r\n* X {a}\r\n", {"* X a}", "* X {}", "* X {a}"}, {}},
};

std::vector<std::string> texts_of(const std::vector<Response>& responses) {
  std::vector<std::string> texts;
  texts.reserve(responses.size());
  for (const Response& response : responses) texts.push_back(response.text);
  return texts;
}

std::vector<std::string> literals_of(const std::vector<Response>& responses) {
  std::vector<std::string> bytes;
  for (const Response& response : responses) {
    for (const Literal& literal : response.literals) bytes.push_back(literal.bytes);
  }
  return bytes;
}

}  // namespace

TEST_CASE("Every form of response is read alike, however its bytes are split") {
  for (const Case& form : kForms) {
    CAPTURE(form.bytes);
    for (std::size_t step = 1; step <= form.bytes.size(); ++step) {
      const std::vector<Response> responses = read_all(form.bytes, step);
      CHECK(texts_of(responses) == form.texts);
      CHECK(literals_of(responses) == form.literals);
    }
  }
}

TEST_CASE("Every form of response is read alike when split once, at any byte") {
  for (const Case& form : kForms) {
    for (std::size_t cut = 1; cut < form.bytes.size(); ++cut) {
      ResponseReader reader;
      std::vector<std::string> texts;
      for (std::string_view part : {form.bytes.substr(0, cut), form.bytes.substr(cut)}) {
        while (reader.read(part)) texts.push_back(reader.response().text);
      }
      CHECK(texts == form.texts);
    }
  }
}

TEST_CASE("What is not yet complete is no response") {
  CHECK(read_all("* OK ready\r", 3).empty());
  CHECK(read_all("* 1 FETCH (BODY[] {4}\r\nabc", 3).empty());
  CHECK(read_all("* 1 FETCH (BODY[] {4}\r\nabcd)", 3).empty());
}

TEST_CASE("A literal is kept up to the limit; one byte more is skipped, and framed all the same") {
  const ResponseReader::Limits limits{.line = 100, .literal = 4};
  const Response kept = read_one("* 1 FETCH (BODY[] {4}\r\nabcd)\r\n", limits);
  REQUIRE(kept.literals.size() == 1);
  CHECK_FALSE(kept.literals[0].skipped);
  CHECK(kept.literals[0].bytes == "abcd");

  const std::vector<Response> responses = read_all("* 1 FETCH (BODY[] {5}\r\n)\r\nA1)\r\nA1 OK\r\n", 1, limits);
  REQUIRE(responses.size() == 2);
  REQUIRE(responses[0].literals.size() == 1);
  CHECK(responses[0].literals[0].skipped);
  CHECK(responses[0].literals[0].size == 5);
  CHECK(responses[0].literals[0].bytes.empty());
  CHECK(responses[1].text == "A1 OK");
}

TEST_CASE("A skipped literal takes no memory, whatever size it announces") {
  ResponseReader reader;
  std::string_view input = "* 1 FETCH (BODY[] {18446744073709551615}\r\nabc";
  CHECK_FALSE(reader.read(input));
  CHECK(reader.response().literals[0].skipped);
  CHECK(reader.response().literals[0].bytes.capacity() < 100);
}

TEST_CASE("A literal of more than 64 bits is an error") {
  CHECK_THROWS_AS(read_one("* 1 FETCH (BODY[] {18446744073709551616}\r\nabc"), SyntaxError);
}

TEST_CASE("Further literals of a response are skipped once those before fill the bound") {
  const ResponseReader::Limits limits{.line = 100, .literal = 101};
  const std::string hundred_and_one(101, 'x');
  const Response response =
      read_one("* 1 FETCH (A {101}\r\n" + hundred_and_one + " B {101}\r\n" + hundred_and_one + ")\r\n", limits);
  REQUIRE(response.literals.size() == 2);
  CHECK(response.literals[0].bytes == hundred_and_one);
  CHECK(response.literals[1].skipped);
}

TEST_CASE("A line may be as long as the limit, and no byte longer") {
  const ResponseReader::Limits limits{.line = 20};
  CHECK(read_one("* OK 3456789012345\r\n", limits).text == "* OK 3456789012345");
  CHECK_THROWS_AS(read_one("* OK 34567890123456\r\n", limits), SyntaxError);
  CHECK_THROWS_AS(read_all("* OK 3456789012345678901234567890", 1, limits), SyntaxError);
}

TEST_CASE("The lines of one response are bounded together") {
  const ResponseReader::Limits limits{.line = 30};
  CHECK_THROWS_AS(read_one("* 1 FETCH (A {1}\r\nx B {1}\r\ny C {1}\r\nz)\r\n", limits), SyntaxError);
}

TEST_CASE("A response has as many literals as the limit allows, and not one more") {
  const ResponseReader::Limits limits{.literals = 2};
  CHECK(read_one("* 1 FETCH (A {1}\r\nx B {1}\r\ny)\r\n", limits).literals.size() == 2);
  CHECK_THROWS_AS(read_one("* 1 FETCH (A {1}\r\nx B {1}\r\ny C {1}\r\nz)\r\n", limits), SyntaxError);
}

TEST_CASE("A line ends in CRLF, and in nothing less") {
  CHECK_THROWS_AS(read_one("* OK ready\n"), SyntaxError);
  CHECK_THROWS_AS(read_one("* 1 FETCH (BODY[] {1}\r\nx\n"), SyntaxError);
  CHECK_THROWS_AS(read_one("* LIST () NIL {0}\r\n\n"), SyntaxError);
}

TEST_CASE("A quoted string that seems to end in a literal's header is an error") {
  CHECK_THROWS_AS(read_one("* LIST () \"/\" \"a {5}\r\n"), SyntaxError);
  CHECK_THROWS_AS(read_one("* LIST () \"/\" \"a\\\" {5}\r\n"), SyntaxError);
  // Here it is closed.
  CHECK(read_one("* LIST () \"\\\\\" {1}\r\nx\r\n").literals.size() == 1);
}

#include <doctest/doctest.h>

#include "collector/imap/response.hpp"

using namespace tlsrpt::imap;

TEST_CASE("A status has a condition, a code with its arguments, and text") {
  const auto status = parse_status("OK [UIDVALIDITY 3857529045] UIDs valid");
  REQUIRE(status);
  CHECK(status->condition == Status::Condition::kOk);
  CHECK(status->has_code("uidvalidity"));
  CHECK(status->arguments == "3857529045");
  CHECK(status->text == "UIDs valid");
}

TEST_CASE("Code and text may be missing") {
  const auto plain = parse_status("no such folder");
  REQUIRE(plain);
  CHECK(plain->condition == Status::Condition::kNo);
  CHECK(plain->code.empty());
  CHECK(plain->text == "such folder");

  const auto bare = parse_status("BAD");
  REQUIRE(bare);
  CHECK(bare->condition == Status::Condition::kBad);
  CHECK(bare->text.empty());

  const auto code_alone = parse_status("NO [TRYCREATE]");
  REQUIRE(code_alone);
  CHECK(code_alone->has_code("TRYCREATE"));
  CHECK(code_alone->arguments.empty());
  CHECK(code_alone->text.empty());
}

TEST_CASE("A code that does not end is text") {
  const auto status = parse_status("OK [UIDNEXT 5");
  REQUIRE(status);
  CHECK(status->code.empty());
  CHECK(status->text == "[UIDNEXT 5");
}

TEST_CASE("Only the five conditions make a status") {
  CHECK(parse_status("BYE bye")->condition == Status::Condition::kBye);
  CHECK(parse_status("PREAUTH in")->condition == Status::Condition::kPreauth);
  for (const auto* text : {"", "OKAY", "5 EXISTS", "SEARCH 1", "NOT"}) CHECK_FALSE(parse_status(text));
}

TEST_CASE("RFC 5530's codes for what may pass are temporary, others are not") {
  for (const auto* text : {"NO [UNAVAILABLE] x", "NO [INUSE] x", "NO [limit] x", "NO [SERVERBUG] x", "NO [OVERQUOTA] x",
                           "NO Server Unavailable. 15"}) {
    CHECK(parse_status(text)->is_temporary());
  }
  for (const auto* text : {"NO [AUTHENTICATIONFAILED] x", "NO [EXPIRED] x", "NO [NONEXISTENT] x", "NO UNAVAILABLE"}) {
    CHECK_FALSE(parse_status(text)->is_temporary());
  }
}

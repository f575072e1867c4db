#include "collector/imap/login_transcript.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace tlsrpt::imap;

namespace {

LoginTranscript transcript_of(const std::vector<std::string>& lines) {
  LoginTranscript transcript;
  for (const std::string& line : lines) CHECK(transcript.add(line + "\r\n"));
  return transcript;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("Capabilities are taken from the code in the login's answer") {
  const auto transcript = transcript_of({"* OK [CAPABILITY IMAP4rev1 BEFORE] ready", "* CAPABILITY IMAP4rev1 BEFORE",
                                         "A001 OK done", "A002 OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE] in"});
  REQUIRE(transcript.capabilities());
  CHECK(*transcript.capabilities() == Names{"IMAP4rev1", "UIDPLUS", "MOVE"});
}

TEST_CASE("Capabilities are taken from an untagged response to the login, too") {
  const auto transcript = transcript_of({"* OK ready", "* CAPABILITY IMAP4rev1 BEFORE", "A001 OK done", "+ ",
                                         "* CAPABILITY IMAP4rev1 MOVE", "A002 OK in"});
  REQUIRE(transcript.capabilities());
  CHECK(*transcript.capabilities() == Names{"IMAP4rev1", "MOVE"});
}

TEST_CASE("What was said before the login counts for nothing after it") {
  CHECK_FALSE(
      transcript_of({"* OK [CAPABILITY A] ready", "* CAPABILITY A", "A001 OK done", "A002 OK in"}).capabilities());
}

TEST_CASE("A session that begins authenticated keeps what it was told") {
  const auto transcript = transcript_of({"* PREAUTH in", "* CAPABILITY IMAP4rev1", "A001 OK done"});
  CHECK(transcript.capabilities() == Names{"IMAP4rev1"});
}

TEST_CASE("The last answer and the farewell are kept in the server's words") {
  const auto transcript =
      transcript_of({"* OK ready", "A001 OK done", "A002 NO [AUTHENTICATIONFAILED] no", "* BYE too many"});
  CHECK(transcript.greeting() == "* OK ready");
  CHECK(transcript.last_answer() == "NO [AUTHENTICATIONFAILED] no");
  CHECK(transcript.bye() == "BYE too many");
}

TEST_CASE("A greeting that is not IMAP's is told at once") {
  LoginTranscript transcript;
  CHECK_FALSE(transcript.add("220 mail.example.com ESMTP\r\n"));
  CHECK(transcript.greeting() == "220 mail.example.com ESMTP");
}

TEST_CASE("Empty and short lines do no harm") {
  LoginTranscript transcript;
  CHECK_FALSE(transcript.add("\r\n"));
  CHECK_FALSE(transcript.add(""));
  CHECK(transcript_of({"* OK ready", "", "A001", "* ", "+"}).last_answer().empty());
}

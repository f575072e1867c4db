#include "collector/imap/error_text.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace tlsrpt;
using imap::ErrorText;

namespace {

ErrorText texts_for(const std::string& password) {
  imap::Account account;
  account.username = "user";
  account.password = collector::Secret(password);
  return {"host:993", account};
}

}  // namespace

TEST_CASE("An error names its server") {
  CHECK(std::string(texts_for("").error(imap::Error::Kind::kTls, "cause").what()) == "host:993: cause");
}

TEST_CASE("A password never stands in a text, in no form in which it is sent") {
  const ErrorText texts = texts_for("s\"cr\\t");
  CHECK(texts.safe("BAD LOGIN user s\"cr\\t again s\"cr\\t") == "BAD LOGIN user [redacted] again [redacted]");
  CHECK(texts.safe("BAD LOGIN \"user\" \"s\\\"cr\\\\t\"") == "BAD LOGIN \"user\" \"[redacted]\"");
  CHECK(texts.safe("BAD cyJjclx0") == "BAD [redacted]");  // AUTHENTICATE LOGIN
  CHECK(texts.safe("BAD AUTHENTICATE PLAIN AHVzZXIAcyJjclx0") == "BAD AUTHENTICATE PLAIN [redacted]");
}

TEST_CASE("Passwords of every length modulo three are known in base64") {
  CHECK(texts_for("a").safe("AHVzZXIAYQ== YQ==") == "[redacted] [redacted]");
  CHECK(texts_for("ab").safe("AHVzZXIAYWI= YWI=") == "[redacted] [redacted]");
  CHECK(texts_for("abc").safe("AHVzZXIAYWJj YWJj") == "[redacted] [redacted]");
}

TEST_CASE("A password of three letters or fewer is redacted where it stands alone, and spoils no other word") {
  CHECK(texts_for("a").safe("BAD a fatal error: \"a\"") == "BAD [redacted] fatal error: \"[redacted]\"");
  CHECK(texts_for("abc").safe("abc abcd abc") == "[redacted] abcd [redacted]");
  CHECK(texts_for("abcd").safe("abcdef") == "[redacted]ef");
}

TEST_CASE("A stranger's words are made printable and cut") {
  const ErrorText texts = texts_for("secret");
  CHECK(texts.quoted("NO\x1b[31m\r\n") == "\"NO\\x1b[31m\\x0d\\x0a\"");
  CHECK(texts.safe(std::string(300, 'x')).size() == 300);
  CHECK(texts.safe(std::string(301, 'x')).size() == 300);
  CHECK(texts.safe(std::string(295, 'x') + "secret") == std::string(295, 'x') + "[r…");
}

#include "collector/imap/login_error.hpp"

#include <string>
#include <vector>

#include <curl/curl.h>
#include <doctest/doctest.h>

using namespace tlsrpt::imap;
using Kind = Error::Kind;

namespace {

Error error_of(const LoginFailure& failure, const std::vector<std::string>& lines = {}) {
  LoginTranscript transcript;
  for (const std::string& line : lines) (void)transcript.add(line);
  return login_error(failure, transcript, ErrorText("host:993", Account{}));
}

}  // namespace

TEST_CASE("Failures of TLS are TLS's, with libcurl's words") {
  for (const int code : {CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE,
                         CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR}) {
    const Error error = error_of({.code = code, .text = "certificate has expired"});
    CHECK(error.kind() == Kind::kTls);
    CHECK(std::string(error.what()) == "host:993: certificate has expired");
  }
}

TEST_CASE("An unknown authority is told from other faults of a certificate, with the remedy") {
  const LoginFailure unknown{.code = CURLE_PEER_FAILED_VERIFICATION, .text = "self-signed", .verify_result = 19};
  CHECK(std::string(error_of(unknown).what()) ==
        "host:993: self-signed (the certificate of an authority of your own goes into ca_file)");
}

TEST_CASE("A handshake that was cut off is no fault of TLS") {
  for (const auto* text : {"OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to host:993",
                           "error:0A000126:SSL routines::unexpected eof while reading",
                           "OpenSSL SSL_connect: Connection reset by peer in connection to host:993"}) {
    CHECK(error_of({.code = CURLE_SSL_CONNECT_ERROR, .text = text}).kind() == Kind::kUnreachable);
  }
}

TEST_CASE("A server without STARTTLS is a failure of TLS") {
  const Error error = error_of({.code = CURLE_USE_SSL_FAILED, .text = "STARTTLS not available."});
  CHECK(error.kind() == Kind::kTls);
  CHECK(std::string(error.what()) ==
        "host:993: server offers no STARTTLS, which imap:// requires: STARTTLS not available.");
}

TEST_CASE("A refused login has the server's own line") {
  const Error error = error_of({.code = CURLE_LOGIN_DENIED, .text = "Login denied"},
                               {"* OK ready", "A001 OK done", "A002 NO [AUTHENTICATIONFAILED] wrong\x1b password"});
  CHECK(error.kind() == Kind::kLoginRefused);
  CHECK(std::string(error.what()) == "host:993: login refused: \"NO [AUTHENTICATIONFAILED] wrong\\x1b password\"");
}

TEST_CASE("A login refused for now is tried later") {
  for (const std::string code : {"UNAVAILABLE", "INUSE", "LIMIT"}) {
    CHECK(error_of({.code = CURLE_LOGIN_DENIED}, {"* OK ready", "A002 NO [" + code + "] later"}).kind() ==
          Kind::kUnreachable);
  }
  CHECK(error_of({.code = CURLE_LOGIN_DENIED}, {"* OK ready", "* BYE busy", "A002 NO no"}).kind() ==
        Kind::kUnreachable);
}

TEST_CASE("A server that knows no login in common says so") {
  const Error error = error_of({.code = CURLE_LOGIN_DENIED}, {"* OK ready", "A001 OK done"});
  CHECK(error.kind() == Kind::kLoginRefused);
  CHECK(std::string(error.what()) == "host:993: the server offers no way to log in with a password");
}

TEST_CASE("A greeting that is not IMAP's breaks the protocol, and a farewell does not") {
  for (const int code : {CURLE_WEIRD_SERVER_REPLY, CURLE_WRITE_ERROR}) {
    const Error error = error_of({.code = code}, {"220 smtp"});
    CHECK(error.kind() == Kind::kProtocol);
    CHECK(std::string(error.what()) == "host:993: server does not speak IMAP: it greets with \"220 smtp\"");
    CHECK(error_of({.code = code}, {"* BYE too many connections"}).kind() == Kind::kUnreachable);
  }
}

TEST_CASE("Everything else is a world that is down") {
  for (const int code : {CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT, CURLE_RECV_ERROR,
                         CURLE_SEND_ERROR, CURLE_GOT_NOTHING}) {
    CHECK(error_of({.code = code, .text = "cause"}).kind() == Kind::kUnreachable);
  }
}

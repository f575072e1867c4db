#include "collector/imap/login_error.hpp"

#include <string>

#include <curl/curl.h>
#include <fmt/format.h>

namespace tlsrpt::imap {

namespace {

using Kind = Error::Kind;

bool is_tls_failure(int code) noexcept {
  switch (code) {
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return true;
    default:
      return false;
  }
}

// libcurl has one code for a handshake that fails and for one that the network cuts off; only its text (OpenSSL's, or
// errno's) tells them apart.
bool is_cut_off(const LoginFailure& failure) noexcept {
  return failure.code == CURLE_SSL_CONNECT_ERROR && (failure.text.find("unexpected eof") != std::string_view::npos ||
                                                     failure.text.find("SSL_ERROR_SYSCALL") != std::string_view::npos ||
                                                     failure.text.find("reset by peer") != std::string_view::npos);
}

// OpenSSL's X509_V_ERR_… for an issuer that is not known or not trusted.
bool is_unknown_issuer(long verify_result) noexcept {
  return verify_result == 2 || (verify_result >= 18 && verify_result <= 21);
}

std::string_view tls_hint(const LoginFailure& failure) noexcept {
  if (is_unknown_issuer(failure.verify_result))
    return " (the certificate of an authority of your own goes into ca_file)";
  if (failure.code == CURLE_SSL_CONNECT_ERROR && failure.implicit_tls) {
    return " (where this port begins without TLS, the server is imap://, which means STARTTLS)";
  }
  return "";
}

// A server that waits for TLS says nothing.
std::string_view silence_hint(const LoginFailure& failure, const LoginTranscript& transcript) noexcept {
  const bool fell_silent = failure.code == CURLE_OPERATION_TIMEDOUT && failure.connected;
  if (!fell_silent || failure.implicit_tls || !transcript.greeting().empty()) return "";
  return " (where this port begins with TLS, as 993 does, the server is imaps://)";
}

Error refused(const LoginTranscript& transcript, const ErrorText& errors) {
  const auto status = parse_status(transcript.last_answer());
  if (!status || (status->condition != Status::Condition::kNo && status->condition != Status::Condition::kBad)) {
    return errors.error(Kind::kLoginRefused, "the server offers no way to log in with a password");
  }
  const std::string answer = errors.quoted(transcript.last_answer());
  if (status->is_temporary()) return errors.error(Kind::kUnreachable, fmt::format("no login for now: {}", answer));
  return errors.error(Kind::kLoginRefused, fmt::format("login refused: {}", answer));
}

}  // namespace

Error login_error(const LoginFailure& failure, const LoginTranscript& transcript, const ErrorText& errors) {
  const std::string text = errors.safe(failure.text);
  if (is_tls_failure(failure.code)) {
    if (is_cut_off(failure)) {
      return errors.error(Kind::kUnreachable, fmt::format("connection cut off in the TLS handshake: {}", text));
    }
    return errors.error(Kind::kTls, text + std::string(tls_hint(failure)));
  }
  if (failure.code == CURLE_USE_SSL_FAILED) {
    return errors.error(Kind::kTls, fmt::format("server offers no STARTTLS, which imap:// requires: {}", text));
  }
  if (transcript.bye()) {
    return errors.error(Kind::kUnreachable, fmt::format("server says {}", errors.quoted(*transcript.bye())));
  }
  switch (failure.code) {
    case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR:
      return refused(transcript, errors);
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_WRITE_ERROR:  // our own callback broke off
      return errors.error(Kind::kProtocol, fmt::format("server does not speak IMAP: it greets with {}",
                                                       errors.quoted(transcript.greeting())));
    default:
      return errors.error(Kind::kUnreachable, text + std::string(silence_hint(failure, transcript)));
  }
}

}  // namespace tlsrpt::imap

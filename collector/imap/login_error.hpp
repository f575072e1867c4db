#pragma once

#include <string_view>

#include "collector/imap/error_text.hpp"
#include "collector/imap/login_transcript.hpp"

namespace tlsrpt::imap {

// Why libcurl could not log in.
struct LoginFailure {
  int code = 0;            // CURLcode
  std::string_view text;   // libcurl's words
  long verify_result = 0;  // OpenSSL's, of the server's certificate
  bool implicit_tls = false;
  bool connected = false;  // by TCP
};

// Kind and one-line text, from libcurl's code and the server's own words.
[[nodiscard]] Error login_error(const LoginFailure& failure, const LoginTranscript& transcript,
                                const ErrorText& errors);

}  // namespace tlsrpt::imap

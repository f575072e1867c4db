#pragma once

#include <optional>
#include <string>

struct ssl_st;

namespace tlsrpt::imap {

// OpenSSL's session below a connection of libcurl's; none without TLS, or where libcurl has another library for it than
// this program.
class TlsSession {
 public:
  // To be called from one of the callbacks of `handle`, of libcurl's easy interface: once it has connected, it does not
  // say any more.
  void find(void* handle) noexcept;

  // "TLSv1.3"; none where there is no session.
  [[nodiscard]] std::optional<std::string> version() const;

  // From now on one call takes from the socket what is there, instead of two for each record, and servers send one for
  // each message. Only when libcurl has logged in: until then it waits for the socket, and not for what was read ahead.
  void read_ahead() noexcept;

 private:
  ssl_st* session_ = nullptr;
};

}  // namespace tlsrpt::imap

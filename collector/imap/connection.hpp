#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/imap/account.hpp"
#include "collector/imap/error_text.hpp"
#include "collector/imap/stall_clock.hpp"

namespace tlsrpt::imap {

// An authenticated connection: libcurl does TCP, TLS and SASL (CURLOPT_CONNECT_ONLY), then bytes go both ways.
class Connection {
 public:
  // Throws Error: where host, cause and, if it is obvious, the remedy stand in one line.
  explicit Connection(const Account& account);

  // Takes bytes to be sent; what the socket does not take now goes out while receive() waits. Never blocks.
  void send(std::string_view bytes);

  // As many bytes are on their way: while they are many, a wait lasts a millisecond at least.
  void expect(std::uint64_t bytes) noexcept { expected_ = bytes; }

  // The next bytes, valid until the next call; empty when the clock is up. Throws kUnreachable when the server has
  // closed.
  [[nodiscard]] std::string_view receive(StallClock& clock);

  // As the answer to the login gave them; none where it gave none.
  [[nodiscard]] const std::optional<std::vector<std::string>>& capabilities() const noexcept { return capabilities_; }
  // What there is to say of the login, for a log: the server's name, TLS, its greeting and its capabilities.
  [[nodiscard]] const std::string& summary() const noexcept { return summary_; }
  [[nodiscard]] const ErrorText& errors() const noexcept { return errors_; }

 private:
  struct CloseHandle {
    void operator()(void* handle) const noexcept;
  };
  using Handle = std::unique_ptr<void, CloseHandle>;  // of libcurl's easy interface

  void log_in(const Account& account, const std::string& url, const char* login_options = nullptr);
  void flush();
  [[nodiscard]] std::optional<std::string_view> try_receive();
  void wait(StallClock& clock);

  ErrorText errors_;
  Handle handle_;
  int socket_ = -1;
  std::uint64_t expected_ = 0;
  std::optional<std::vector<std::string>> capabilities_;
  std::string summary_;
  // OpenSSL wants a write that it could not finish repeated from the same address: what is being sent stays where it
  // is, and what is added meanwhile waits elsewhere.
  std::string sending_;
  std::size_t sent_ = 0;  // of sending_
  std::string unsent_;
  std::vector<char> buffer_;
};

}  // namespace tlsrpt::imap

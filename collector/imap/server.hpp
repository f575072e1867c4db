#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tlsrpt::imap {

// Account::server, taken apart.
struct Server {
  bool implicit_tls = false;  // imaps://
  std::string host;           // a name or an address; IPv6 in its brackets
  std::uint16_t port = 0;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string name() const;  // "host:port", for people
};

// "imaps://host[:port]" or "imap://host[:port]" and nothing more: no user, no path, no options.
[[nodiscard]] std::optional<Server> parse_server(std::string_view text);

}  // namespace tlsrpt::imap

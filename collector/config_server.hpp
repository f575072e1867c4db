#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tlsrpt::collector {

// `server:` of a mailbox, an imap:// or imaps:// URL of a host and perhaps a port, and nothing else.
struct ConfigServer {
  bool implicit_tls = true;           // imaps://
  std::string host;                   // lower case, A-labels; an IPv6 address in brackets
  std::optional<std::uint16_t> port;  // none: the scheme's own

  [[nodiscard]] std::string url() const;
  // The same for two ways to reach one server: with the scheme's own port, TLS or STARTTLS makes no difference.
  [[nodiscard]] std::string identity() const;
};

[[nodiscard]] std::optional<ConfigServer> parse_server(std::string_view url);

}  // namespace tlsrpt::collector

#include "collector/imap/server.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace tlsrpt::imap {

namespace {

constexpr std::uint16_t kImapPort = 143;
constexpr std::uint16_t kImapsPort = 993;  // RFC 8314 §3.2

bool is_host_character(char c) noexcept {
  constexpr std::string_view kDelimiters = "/?#@:;%\\\"<>[]{}^`|";
  return static_cast<unsigned char>(c) > ' ' && c != '\x7f' && kDelimiters.find(c) == std::string_view::npos;
}

bool is_host(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    return text.size() > 2 && text.find_first_not_of("0123456789abcdefABCDEF:.", 1) == text.size() - 1 &&
           text.ends_with(']');
  }
  return !text.empty() && std::ranges::all_of(text, is_host_character);
}

std::optional<std::uint16_t> parse_port(std::string_view text) noexcept {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::string Server::url() const {
  return fmt::format("{}://{}:{}/", implicit_tls ? "imaps" : "imap", host, port);
}

std::string Server::name() const {
  return fmt::format("{}:{}", host, port);
}

std::optional<Server> parse_server(std::string_view text) {
  Server server;
  if (text.starts_with("imaps://")) {
    server.implicit_tls = true;
  } else if (!text.starts_with("imap://")) {
    return std::nullopt;
  }
  text.remove_prefix(text.find("//") + 2);

  const std::size_t host_end = text.find(':', text.starts_with('[') ? std::min(text.find(']'), text.size()) : 0);
  server.host = text.substr(0, host_end);
  server.port = server.implicit_tls ? kImapsPort : kImapPort;
  if (host_end != std::string_view::npos) {
    const auto port = parse_port(text.substr(host_end + 1));
    if (!port) return std::nullopt;
    server.port = *port;
  }
  if (!is_host(server.host)) return std::nullopt;
  return server;
}

}  // namespace tlsrpt::imap

#include "collector/config_server.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "collector/domain_name.hpp"

namespace tlsrpt::collector {

namespace {

constexpr std::uint16_t kImapPort = 143;   // RFC 9051 §2.1
constexpr std::uint16_t kImapsPort = 993;  // RFC 8314 §7.2

bool take_prefix(std::string_view& text, std::string_view lower_case_prefix) noexcept {
  const auto same = [](char c, char lower) { return (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) == lower; };
  if (text.size() < lower_case_prefix.size()) return false;
  if (!std::equal(lower_case_prefix.begin(), lower_case_prefix.end(), text.begin(),
                  [&](char lower, char c) { return same(c, lower); })) {
    return false;
  }
  text.remove_prefix(lower_case_prefix.size());
  return true;
}

std::optional<std::uint16_t> parse_port(std::string_view text) noexcept {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// "[2001:db8::1]" in its canonical form (RFC 5952).
std::optional<std::string> parse_ipv6_literal(std::string_view text) {
  const std::string address{text.substr(1, text.size() - 2)};
  in6_addr binary{};
  char canonical[INET6_ADDRSTRLEN];
  if (::inet_pton(AF_INET6, address.c_str(), &binary) != 1) return std::nullopt;
  if (::inet_ntop(AF_INET6, &binary, canonical, sizeof canonical) == nullptr) return std::nullopt;
  return fmt::format("[{}]", canonical);
}

std::optional<std::string> parse_host(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) return parse_ipv6_literal(text);
  return parse_host_name(text);
}

}  // namespace

std::string ConfigServer::url() const {
  std::string text = (implicit_tls ? "imaps://" : "imap://") + host;
  if (port) text += fmt::format(":{}", *port);
  return text;
}

std::string ConfigServer::identity() const {
  return port ? fmt::format("{}:{}", host, *port) : host;
}

std::optional<ConfigServer> parse_server(std::string_view url) {
  ConfigServer server;
  if (take_prefix(url, "imap://")) {
    server.implicit_tls = false;
  } else if (!take_prefix(url, "imaps://")) {
    return std::nullopt;
  }
  const auto colon = url.find(':', url.starts_with('[') ? url.find(']') : 0);
  auto host = parse_host(url.substr(0, colon));
  if (!host) return std::nullopt;
  server.host = std::move(*host);
  if (colon != std::string_view::npos) {
    const auto port = parse_port(url.substr(colon + 1));
    if (!port) return std::nullopt;
    if (*port != (server.implicit_tls ? kImapsPort : kImapPort)) server.port = port;
  }
  return server;
}

}  // namespace tlsrpt::collector

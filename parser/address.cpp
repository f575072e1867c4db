#include "parser/address.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "parser/text.hpp"

namespace tlsrpt::parser {
namespace {

constexpr std::size_t kLongest = 128;  // an IPv6 address with brackets, a port and a zone needs less

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "[…]", "[…]:25", "192.0.2.1:25", "…%eth0", "IPv6:…" (RFC 5321 §4.1.3) → the address within.
std::string_view undecorate(std::string_view text) {
  text = trim(text);
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return {};
    const std::string_view behind = text.substr(close + 1);
    if (!behind.empty() && !(behind.starts_with(':') && is_port(behind.substr(1)))) return {};
    text = text.substr(1, close - 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    const std::size_t colon = text.find(':');
    if (!is_port(text.substr(colon + 1))) return {};
    text = text.substr(0, colon);
  }
  if (ascii_lower(text.substr(0, 5)) == "ipv6:") text.remove_prefix(5);
  return text.substr(0, text.find('%'));
}

std::string print(const in_addr& address) {
  std::array<char, INET_ADDRSTRLEN> buffer{};
  return inet_ntop(AF_INET, &address, buffer.data(), buffer.size());
}

std::string print(const in6_addr& address) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    in_addr mapped{};
    std::copy(address.s6_addr + 12, address.s6_addr + 16, reinterpret_cast<unsigned char*>(&mapped.s_addr));
    return print(mapped);
  }
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  return inet_ntop(AF_INET6, &address, buffer.data(), buffer.size());
}

// "192.000.002.001" → "192.0.2.1": inet_pton(3) refuses leading zeros, which some read as octal.
std::string without_padding(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool leads = i == 0 || text[i - 1] == '.' || (text[i - 1] == '0' && (plain.empty() || plain.back() == '.'));
    const bool digit_follows = i + 1 < text.size() && text[i + 1] != '.';
    if (leads && text[i] == '0' && digit_follows) continue;
    plain += text[i];
  }
  return plain;
}

}  // namespace

std::optional<ReadAddress> read_address(std::string_view text) {
  if (text.size() > kLongest) return std::nullopt;
  const std::string address(undecorate(text));
  const bool decorated = address.size() != text.size();
  if (address.find(':') != std::string::npos) {
    in6_addr v6{};
    if (inet_pton(AF_INET6, address.c_str(), &v6) != 1) return std::nullopt;
    return ReadAddress{.text = print(v6), .decorated = decorated};
  }
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return ReadAddress{.text = print(v4), .decorated = decorated};
  const bool octets_fit = address.size() <= 15;  // three digits each
  if (!octets_fit || inet_pton(AF_INET, without_padding(address).c_str(), &v4) != 1) return std::nullopt;
  return ReadAddress{.text = print(v4), .decorated = decorated, .padded = true};
}

}  // namespace tlsrpt::parser

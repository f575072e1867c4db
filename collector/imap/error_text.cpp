#include "collector/imap/error_text.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "collector/escape.hpp"

namespace tlsrpt::imap {

namespace {

// RFC 4648 §4.
std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(3, bytes.size()))) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = (group << 8) | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) out += i <= bytes.size() ? kDigits[(group >> (18 - 6 * i)) & 0x3F] : '=';
  }
  return out;
}

// As libcurl sends it with LOGIN.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::vector<std::string> forms(const std::string& username, const std::string& password) {
  if (password.empty()) return {};
  std::string plain = '\0' + username + '\0' + password;  // RFC 4616: SASL PLAIN
  return {base64(plain), base64(password), escaped(password), password};
}

bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// A password of a few letters is part of many a word: it is one where it stands alone.
bool stands_at(std::string_view secret, std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t kFewLetters = 3;
  if (!text.substr(at).starts_with(secret)) return false;
  if (secret.size() > kFewLetters) return true;
  const std::size_t end = at + secret.size();
  return (at == 0 || !is_alphanumeric(text[at - 1])) && (end == text.size() || !is_alphanumeric(text[end]));
}

}  // namespace

ErrorText::ErrorText(std::string server_name, const Account& account)
    : server_name_(std::move(server_name)), secrets_(forms(account.username, account.password.reveal())) {}

Error ErrorText::error(Error::Kind kind, std::string_view cause) const {
  return {kind, fmt::format("{}: {}", server_name_, cause)};
}

std::string ErrorText::quoted(std::string_view text) const {
  return fmt::format("\"{}\"", safe(text));
}

std::string ErrorText::safe(std::string_view text, std::size_t most) const {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto secret =
        std::ranges::find_if(secrets_, [=](const std::string& form) { return stands_at(form, text, at); });
    out += secret == secrets_.end() ? text.substr(at, 1) : "[redacted]";
    at += secret == secrets_.end() ? 1 : secret->size();
  }
  return collector::printable(out, most);
}

}  // namespace tlsrpt::imap

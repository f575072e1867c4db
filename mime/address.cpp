#include "mime/address.hpp"

#include <algorithm>

#include "mime/lexer.hpp"
#include "mime/text.hpp"

namespace tlsrpt::mime {

namespace {

constexpr Stops kValueEnd("<>,;:@");
constexpr Stops kWordEnd("<>,;:");

bool is_domain_character(char c) noexcept {
  return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

std::optional<std::string> domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const std::string_view domain = address.substr(at + 1);
  if (domain.empty() || !std::all_of(domain.begin(), domain.end(), is_domain_character)) return std::nullopt;
  return std::string(domain);
}

}  // namespace

std::optional<std::string> first_address_domain(std::string_view field) {
  Lexer lexer(field);
  std::string address;  // display name or address, until what follows tells which
  bool in_angle = false;
  while (!lexer.at_end()) {
    const char c = lexer.peek();
    if (c == '"') {
      // What a quoted string holds is no domain, whatever it says.
      static_cast<void>(lexer.value(kValueEnd));
      address += '"';
      continue;
    }
    if (!kWordEnd.has(c)) {
      const std::string_view word = lexer.word(kWordEnd);
      address.append(word);
      continue;
    }
    static_cast<void>(lexer.take(c));
    // A display name ends at '<', a group's name or a route at ':', and within a route ',' separates.
    const bool ends_address = c == '>' || (!in_angle && (c == ',' || c == ';'));
    if (ends_address) {
      if (auto domain = domain_of(address)) return domain;
    }
    address.clear();
    in_angle = c == '<' || (in_angle && c != '>');
  }
  return domain_of(address);
}

}  // namespace tlsrpt::mime

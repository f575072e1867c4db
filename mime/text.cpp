#include "mime/text.hpp"

#include <algorithm>

#include "parser/text.hpp"

namespace tlsrpt::mime {

char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool iequals(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

bool istarts_with(std::string_view text, std::string_view start) noexcept {
  return iequals(text.substr(0, start.size()), start);
}

std::string unfold(std::string_view raw) {
  raw = parser::trim(raw);
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t line_end = raw.find('\n');
    if (line_end == std::string_view::npos) return text.append(raw);
    const std::size_t kept = raw.find_last_not_of(kWhiteSpace, line_end) + 1;  // cannot fail: raw is trimmed
    text.append(raw.substr(0, kept)).append(1, ' ');
    raw.remove_prefix(raw.find_first_not_of(kWhiteSpace, line_end));
  }
  return text;
}

}  // namespace tlsrpt::mime

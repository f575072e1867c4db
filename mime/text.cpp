#include "mime/text.hpp"

#include "parser/text.hpp"

namespace tlsrpt::mime {

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

#include "mime/text.hpp"

#include "parser/text.hpp"

namespace tlsrpt::mime {

std::string unfold(std::string_view raw) {
  raw = parser::trim(raw);
  std::string text;
  text.reserve(raw.size());
  std::size_t line_end = raw.find('\n');
  while (line_end != std::string_view::npos) {
    text.append(trim_end(raw.substr(0, line_end))).append(1, ' ');
    raw = trim_start(raw.substr(line_end));
    line_end = raw.find('\n');
  }
  text.append(raw);
  return text;
}

}  // namespace tlsrpt::mime

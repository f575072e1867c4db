#include "mime/header.hpp"

namespace tlsrpt::mime {

std::string_view header_block(std::string_view text) noexcept {
  std::size_t length = 0;
  while (length < text.size() && !begins_with_blank_line(text.substr(length))) length = line_end(text, length);
  return text.substr(0, length);
}

std::optional<Field> FieldReader::next() noexcept {
  while (!rest_.empty()) {
    std::size_t length = 0;
    do length = line_end(rest_, length);
    while (length < rest_.size() && (rest_[length] == ' ' || rest_[length] == '\t'));
    const std::string_view field = rest_.substr(0, length);
    rest_.remove_prefix(length);
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos || colon == 0) continue;
    // RFC 5322 §4.5.8: white space before the colon is obsolete, and still sent.
    return Field{field.substr(0, field.find_last_not_of(" \t", colon - 1) + 1), field.substr(colon + 1)};
  }
  return std::nullopt;
}

}  // namespace tlsrpt::mime

#include "mime/content.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "mime/charset.hpp"
#include "mime/encoded_word.hpp"
#include "mime/lexer.hpp"
#include "mime/text.hpp"
#include "parser/text.hpp"

namespace tlsrpt::mime {

namespace {

constexpr Stops kNameEnd(";=");
constexpr Stops kValueEnd(";");

std::string decode_percent(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      bytes += static_cast<char>(byte);
      i += 2;
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

// Of the parameter whose value `text` begins with.
std::string read_value(std::string_view text) {
  return Lexer(text).value(kValueEnd);
}

// RFC 2231 §4: charset'language'text, the text with %XX.
struct ExtendedValue {
  std::string_view charset;
  std::string_view text;
};

ExtendedValue split_extended(std::string_view value) {
  const std::size_t charset_end = value.find('\'');
  const std::size_t language_end =
      charset_end == std::string_view::npos ? charset_end : value.find('\'', charset_end + 1);
  if (language_end == std::string_view::npos) return {{}, value};
  return {value.substr(0, charset_end), value.substr(language_end + 1)};
}

}  // namespace

std::optional<std::string> Parameters::find(std::string_view name) const {
  for (const auto& [other, text] : list_) {
    if (iequals(other, name)) return read_value(text);
  }
  return std::nullopt;
}

std::optional<std::string> Parameters::find_continued(std::string_view name) const {
  struct Section {
    std::string_view text;
    bool extended = false;
  };
  std::map<unsigned, Section> sections;
  for (const auto& [other, text] : list_) {
    if (other.size() < name.size() + 2 || other[name.size()] != '*' || !istarts_with(other, name)) continue;
    const char* end = other.data() + other.size();
    const bool extended = *(end - 1) == '*';
    if (extended) --end;
    unsigned number = 0;
    const auto [number_end, error] = std::from_chars(other.data() + name.size() + 1, end, number);
    if (error == std::errc() && number_end == end) sections.try_emplace(number, Section{text, extended});
  }
  if (sections.empty() || sections.begin()->first != 0) return std::nullopt;

  std::string bytes;
  std::string charset;
  unsigned expected = 0;
  for (const auto& [number, section] : sections) {
    if (number != expected++) break;
    const std::string value = read_value(section.text);
    if (number == 0 && section.extended) {
      const ExtendedValue first = split_extended(value);
      charset = first.charset;
      bytes = decode_percent(first.text);
    } else {
      bytes += section.extended ? decode_percent(value) : value;
    }
  }
  return to_utf8(bytes, charset);
}

std::string Parameters::find_text(std::string_view name, std::size_t most) const {
  const auto is_starred = [name](const auto& parameter) {
    const std::string_view other = parameter.first;
    return other.size() > name.size() && other[name.size()] == '*' && istarts_with(other, name);
  };
  if (std::any_of(list_.begin(), list_.end(), is_starred)) {
    if (const auto extended = find(std::string(name) + '*')) {
      const auto [charset, text] = split_extended(*extended);
      return parser::shorten(to_utf8(decode_percent(text), charset), most);
    }
    if (auto continued = find_continued(name)) return parser::shorten(std::move(*continued), most);
  }
  auto plain = find(name);
  return plain ? parser::shorten(decode_encoded_words(std::move(*plain)), most) : std::string();
}

Content parse_content(std::string_view field) {
  Lexer lexer(field);
  Content content;
  content.value = lexer.word(kValueEnd);
  while (lexer.skip_past(kValueEnd)) {
    const std::string_view name = lexer.word(kNameEnd);
    if (lexer.take('=')) content.parameters.add(name, lexer.rest());
  }
  return content;
}

}  // namespace tlsrpt::mime

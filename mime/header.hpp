#pragma once

#include <optional>
#include <string_view>

// The fields of a header block (RFC 5322 §2.2), by views: nothing is copied.
namespace tlsrpt::mime {

struct Field {
  std::string_view name;   // as sent
  std::string_view value;  // as sent, folds and all
};

// Behind the LF of the line that begins at `begin`; the text's end where it has none. Inline: a message has many lines.
[[nodiscard]] inline std::size_t line_end(std::string_view text, std::size_t begin) noexcept {
  const std::size_t newline = text.find('\n', begin);
  return newline == std::string_view::npos ? text.size() : newline + 1;
}

// The line that `text` begins with, its LF included if it has one.
[[nodiscard]] inline std::string_view first_line(std::string_view text) noexcept {
  return text.substr(0, line_end(text, 0));
}

[[nodiscard]] inline bool begins_with_blank_line(std::string_view text) noexcept {
  return text.starts_with('\n') || text.starts_with("\r\n");
}

// What of `text` stands before its first blank line.
[[nodiscard]] std::string_view header_block(std::string_view text) noexcept;

// Walks a header block once, from the top. Lines that belong to no field are passed over.
class FieldReader {
 public:
  explicit FieldReader(std::string_view block) noexcept : rest_(block) {}
  [[nodiscard]] std::optional<Field> next() noexcept;

 private:
  std::string_view rest_;
};

}  // namespace tlsrpt::mime

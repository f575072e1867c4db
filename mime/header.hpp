#pragma once

#include <optional>
#include <string_view>

// The fields of a header block (RFC 5322 §2.2), by views: nothing is copied.
namespace tlsrpt::mime {

struct Field {
  std::string_view name;   // as sent
  std::string_view value;  // as sent, folds and all
};

// The line that `text` begins with, its LF included if it has one.
[[nodiscard]] std::string_view first_line(std::string_view text) noexcept;

[[nodiscard]] bool is_blank_line(std::string_view line) noexcept;  // LF, CRLF or nothing

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

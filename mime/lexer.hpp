#pragma once

#include <string>
#include <string_view>

// The lexical tokens that structured header fields share (RFC 5322 §3.2, RFC 2045 §5.1): comments, quoted strings,
// words.
namespace tlsrpt::mime {

// Reads from the front, never fails: what is unclosed runs to the end. Comments nest without recursion.
class Lexer {
 public:
  explicit Lexer(std::string_view text) noexcept : rest_(text) {}

  // Each of these first skips comments and folding white space.
  [[nodiscard]] bool at_end() noexcept;
  [[nodiscard]] char peek() noexcept;  // NUL at the end
  [[nodiscard]] bool take(char c) noexcept;

  // A run of characters up to white space, a comment, a quoted string or one of `stops`, of which none
  // is a letter or a digit; may be empty.
  [[nodiscard]] std::string_view word(std::string_view stops) noexcept;

  // Words and quoted strings without anything between them, unquoted; a fold inside quotes becomes one space.
  [[nodiscard]] std::string value(std::string_view stops);

  // What has not been read.
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

  // Goes past the next `c` outside of comments and quoted strings; false, and at the end, without one.
  bool skip_past(char c) noexcept;

 private:
  void skip_space_and_comments() noexcept;
  void skip_comment() noexcept;
  std::string_view run(std::string_view stops) noexcept;
  [[nodiscard]] std::string_view quoted() noexcept;  // at a quote: what is between it and its end

  std::string_view rest_;
};

}  // namespace tlsrpt::mime

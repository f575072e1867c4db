#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

// The lexical tokens that structured header fields share (RFC 5322 §3.2, RFC 2045 §5.1): comments, quoted strings,
// words.
namespace tlsrpt::mime {

// The characters that end a word: white space, what begins a comment or a quoted string, and those given.
class Stops {
 public:
  constexpr explicit Stops(std::string_view given) noexcept {
    for (const std::string_view ends : {std::string_view(" \t\r\n(\""), given}) {
      for (const char c : ends) ends_[index(c)] = true;
    }
  }
  [[nodiscard]] constexpr bool has(char c) const noexcept { return ends_[index(c)]; }

 private:
  static constexpr std::size_t index(char c) noexcept { return static_cast<unsigned char>(c); }

  std::array<bool, 256> ends_{};
};

// Reads from the front, never fails: what is unclosed runs to the end. Comments nest without recursion.
class Lexer {
 public:
  explicit Lexer(std::string_view text) noexcept : rest_(text) {}

  // Each of these first skips comments and folding white space.
  [[nodiscard]] bool at_end() noexcept;
  [[nodiscard]] char peek() noexcept;  // NUL at the end
  [[nodiscard]] bool take(char c) noexcept;

  // A run of characters up to one of `stops`; may be empty.
  [[nodiscard]] std::string_view word(const Stops& stops) noexcept;

  // Words and quoted strings without anything between them, unquoted; a fold inside quotes becomes one space.
  [[nodiscard]] std::string value(const Stops& stops);

  // What has not been read.
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

  // Goes past the next of the stops given, outside of comments and quoted strings; false, and at the end, without one.
  bool skip_past(const Stops& stops) noexcept;

 private:
  void skip_space_and_comments() noexcept;
  void skip_comment() noexcept;
  std::string_view run(const Stops& stops) noexcept;
  [[nodiscard]] std::string_view quoted() noexcept;  // at a quote: what is between it and its end

  std::string_view rest_;
};

}  // namespace tlsrpt::mime

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "collector/imap/response.hpp"
#include "collector/imap/uid.hpp"

namespace tlsrpt::imap {

// Reads a response's tokens (RFC 9051 §4) from left to right, strictly: each member throws SyntaxError where
// something else stands.
class TokenCursor {
 public:
  explicit TokenCursor(Response& response) noexcept : response_(&response) {}

  [[nodiscard]] bool at_end() const noexcept { return position_ == response_->text.size(); }
  [[nodiscard]] bool at(char c) const noexcept { return !at_end() && response_->text[position_] == c; }
  [[nodiscard]] std::string_view rest() const noexcept { return std::string_view(response_->text).substr(position_); }

  void skip(std::size_t characters) noexcept { position_ += characters; }

  // Takes `c` if it is what follows.
  bool take(char c) noexcept {
    if (!at(c)) return false;
    ++position_;
    return true;
  }
  void expect(char c);

  [[nodiscard]] std::uint64_t number();
  [[nodiscard]] Uid uid();
  [[nodiscard]] std::string_view atom();

  // A FETCH item's name with its section and offset: "BODY[HEADER.FIELDS (DATE)]<0>".
  [[nodiscard]] std::string_view item_name();

  // A quoted string, a literal, an atom; NIL is none. A literal's bytes are moved out.
  [[nodiscard]] std::optional<Literal> nstring();

  // Passes over one value of any form: atom, string, or list of values, nested at most kMostDepth deep.
  void skip_value();
  static constexpr int kMostDepth = 64;

 private:
  [[nodiscard]] Literal quoted();
  [[nodiscard]] Literal literal();
  [[nodiscard]] bool at_literal() const noexcept;

  Response* response_;
  std::size_t position_ = 0;
  std::size_t next_literal_ = 0;
};

}  // namespace tlsrpt::imap

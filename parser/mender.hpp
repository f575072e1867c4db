#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "parser/source.hpp"

namespace tlsrpt::parser {

// Rewrites what RapidJSON refuses and what has a sensible reading all the same, so that the text can be read after all:
//   a raw control character in a string   → a mark (NUL: its escape, json-25)
//   an escaped high surrogate alone       → an escaped low surrogate, which RapidJSON lets through (json-25)
//   a number beyond a double's range      → cut to one within it, still far beyond 64 bits (json-29)
// Only used where a first reading failed for one of these.
class Mender final : public ByteSource {
 public:
  // What is longer mended than it was is spent.
  void open(ByteSource& text, Allowance& allowance);
  [[nodiscard]] std::string_view read() override;
  void rewind() override;
  [[nodiscard]] std::string_view as_sent(std::string_view piece) override;

 private:
  void restart();
  std::size_t copy_plain(std::string_view text);
  std::size_t mend_string(std::string_view text, bool last);
  std::size_t mend_escape(std::string_view text, bool last);
  void mend_outside(char c);
  void end_number() noexcept { integer_digits_ = exponent_digits_ = 0, in_exponent_ = false; }

  ByteSource* text_ = nullptr;
  Allowance* allowance_ = nullptr;
  std::string input_;  // not yet mended: an escape may be cut by a chunk's end
  std::string output_;
  std::string unmarked_;
  bool ended_ = false;
  bool in_string_ = false;
  std::size_t integer_digits_ = 0;  // of the number being read
  bool in_exponent_ = false;
  std::size_t exponent_digits_ = 0;
};

// A mended string as it was meant, the control characters in place of their marks; whether there were any.
bool take_off_marks(std::string_view text, std::string& to);

}  // namespace tlsrpt::parser

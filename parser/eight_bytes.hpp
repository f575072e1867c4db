#pragma once

#include <cstdint>
#include <cstring>

namespace tlsrpt::parser {

// Eight bytes of text, asked all at once.
class EightBytes {
 public:
  // Reads as many from `text`.
  explicit EightBytes(const char* text) noexcept { std::memcpy(&bytes_, text, sizeof bytes_); }

  [[nodiscard]] bool are_ascii() const noexcept { return (bytes_ & kHighBits) == 0; }
  [[nodiscard]] bool have(char c) const noexcept { return EightBytes(bytes_ ^ each(c)).have_below('\1'); }
  // Any that is smaller, as an unsigned number; `c` is ASCII.
  [[nodiscard]] bool have_below(char c) const noexcept { return ((bytes_ - each(c)) & ~bytes_ & kHighBits) != 0; }

 private:
  static constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  static constexpr std::uint64_t kHighBits = kOnes << 7;

  explicit EightBytes(std::uint64_t bytes) noexcept : bytes_(bytes) {}
  static std::uint64_t each(char c) noexcept { return kOnes * static_cast<unsigned char>(c); }

  std::uint64_t bytes_ = 0;
};

}  // namespace tlsrpt::parser

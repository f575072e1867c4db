#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tlsrpt::parser {

// Eight bytes of text, asked all at once.
class EightBytes {
 public:
  // Reads those that `text` begins with.
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

// Whether all of a text is plain, by two questions that mean the same.
template <typename ArePlain, typename IsPlain>
[[nodiscard]] bool is_all_plain(std::string_view text, ArePlain are_plain, IsPlain is_plain) {
  constexpr std::size_t kAtOnce = sizeof(std::uint64_t);
  if (text.size() < kAtOnce) return std::all_of(text.begin(), text.end(), is_plain);
  const char* const last = text.data() + text.size() - kAtOnce;
  for (const char* at = text.data(); at < last; at += kAtOnce) {
    if (!are_plain(EightBytes(at))) return false;
  }
  return are_plain(EightBytes(last));  // some of them once more
}

}  // namespace tlsrpt::parser

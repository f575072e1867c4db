#include "collector/imap/utf7.hpp"

#include <cstdint>

#include "collector/utf8.hpp"

namespace tlsrpt::imap {

namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
constexpr char32_t kReplacement = 0xFFFD;

bool is_direct(char32_t c) noexcept {
  return c >= 0x20 && c <= 0x7E;
}

// Takes the first character off `text`.
char32_t next_character(std::string_view& text) {
  const auto character = collector::first_utf8_character(text);
  text.remove_prefix(character ? character->length : 1);
  return character ? character->code_point : kReplacement;
}

// A run of characters as UTF-16, big-endian, in base64 without padding.
class Base64Run {
 public:
  void add(std::string& out, char32_t c) {
    if (c < 0x10000) return add_unit(out, c);
    add_unit(out, 0xD800 + ((c - 0x10000) >> 10));
    add_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FF));
  }

  void finish(std::string& out) {
    if (bits_ > 0) out += kBase64[(pending_ << (6 - bits_)) & 0x3F];
    pending_ = 0;
    bits_ = 0;
  }

 private:
  void add_unit(std::string& out, char32_t unit) {
    pending_ = (pending_ << 16) | unit;
    bits_ += 16;
    for (; bits_ >= 6; bits_ -= 6) out += kBase64[(pending_ >> (bits_ - 6)) & 0x3F];
    pending_ &= (1u << bits_) - 1;
  }

  std::uint32_t pending_ = 0;  // at most 5 bits are left between two units
  unsigned bits_ = 0;
};

void append_utf8(std::string& out, char32_t c) {
  const auto add = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) return add(c);
  if (c < 0x800) {
    add(0xC0 | (c >> 6));
  } else if (c < 0x10000) {
    add(0xE0 | (c >> 12));
    add(0x80 | ((c >> 6) & 0x3F));
  } else {
    add(0xF0 | (c >> 18));
    add(0x80 | ((c >> 12) & 0x3F));
    add(0x80 | ((c >> 6) & 0x3F));
  }
  add(0x80 | (c & 0x3F));
}

// Appends UTF-16 units as UTF-8; false where surrogates do not pair.
class Utf16Joiner {
 public:
  bool add(std::string& out, char32_t unit) {
    const bool low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (low != (high_ != 0)) return false;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      high_ = unit;
      return true;
    }
    append_utf8(out, low ? 0x10000 + ((high_ - 0xD800) << 10) + (unit - 0xDC00) : unit);
    high_ = 0;
    return true;
  }
  [[nodiscard]] bool is_complete() const noexcept { return high_ == 0; }

 private:
  char32_t high_ = 0;
};

// What stands between '&' and '-'.
bool decode_run(std::string& out, std::string_view run) {
  Utf16Joiner joiner;
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : run) {
    const std::size_t digit = kBase64.find(c);
    if (digit == std::string_view::npos) return false;
    pending = (pending << 6) | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 16) continue;
    bits -= 16;
    if (!joiner.add(out, (pending >> bits) & 0xFFFF)) return false;
    pending &= (1u << bits) - 1;
  }
  return joiner.is_complete() && bits < 6 && pending == 0;
}

}  // namespace

std::string to_utf7(std::string_view utf8) {
  std::string out;
  Base64Run run;
  bool in_run = false;
  while (!utf8.empty()) {
    const char32_t c = next_character(utf8);
    if (is_direct(c) == in_run) {
      if (in_run) run.finish(out);
      out += in_run ? '-' : '&';
      in_run = !in_run;
    }
    if (in_run) {
      run.add(out, c);
    } else {
      out += static_cast<char>(c);
      if (c == '&') out += '-';
    }
  }
  if (in_run) {
    run.finish(out);
    out += '-';
  }
  return out;
}

std::optional<std::string> from_utf7(std::string_view utf7) {
  std::string out;
  for (std::size_t i = 0; i < utf7.size(); ++i) {
    if (!is_direct(static_cast<unsigned char>(utf7[i]))) return std::nullopt;
    if (utf7[i] != '&') {
      out += utf7[i];
      continue;
    }
    const std::size_t end = utf7.find('-', i);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view run = utf7.substr(i + 1, end - i - 1);
    if (run.empty()) {
      out += '&';
    } else if (!decode_run(out, run)) {
      return std::nullopt;
    }
    i = end;
  }
  return out;
}

}  // namespace tlsrpt::imap

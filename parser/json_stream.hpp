#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "parser/eight_bytes.hpp"
#include "parser/gzipper.hpp"
#include "parser/source.hpp"

namespace tlsrpt::parser {

// Hands a text to the JSON parser chunk by chunk, and keeps a copy of those parts that it is told to: in gzip, or as it
// is where it is short.
class TextFeed {
 public:
  // To compress a text takes longer than to read it, and saves little of a short one. With so much text, a report's row
  // still fits into the 2 KB that PostgreSQL stores in one piece.
  static constexpr std::size_t kShort = 1u << 10;

  TextFeed(ByteSource& source, Gzipper& gzipper) noexcept : source_(source), gzipper_(gzipper) {}

  // The next chunk; the one before is gone.
  [[nodiscard]] std::string_view next();
  // Reads to the end, so that whatever check stands there is made.
  void drain();

  // Both are positions within the current chunk.
  void keep_from(const char* position);
  [[nodiscard]] std::string kept_until(const char* position);

  [[nodiscard]] std::size_t offset(const char* position) const noexcept {
    return offset_ + static_cast<std::size_t>(position - chunk_.data());
  }
  [[nodiscard]] std::size_t length() const noexcept { return offset_ + chunk_.size(); }  // of the text so far

 private:
  void compress_until(const char* position);

  ByteSource& source_;
  Gzipper& gzipper_;
  std::string_view chunk_;
  std::size_t offset_ = 0;  // of the chunk, in the text
  const char* keep_from_ = nullptr;
  bool compressing_ = false;
};

// A text as RapidJSON's Stream concept wants it. Cheap to copy, as RapidJSON does to keep it in registers.
class JsonStream {
 public:
  using Ch = char;

  explicit JsonStream(TextFeed& feed) : feed_(&feed) { refill(); }

  [[nodiscard]] char Peek() const noexcept { return *position_; }
  char Take() {
    const char c = *position_++;
    if (position_ == end_) refill();
    return c;
  }
  void skip_white_space() {
    while (is_white_space(*position_)) {
      if (++position_ == end_) refill();
    }
  }
  [[nodiscard]] std::size_t Tell() const noexcept { return ended_ ? feed_->length() : feed_->offset(position_); }

  // Only called when parsing in situ, which a stream of chunks does not offer.
  char* PutBegin() noexcept { return nullptr; }
  void Put(char) noexcept {}
  std::size_t PutEnd(char*) noexcept { return 0; }

  [[nodiscard]] bool at_end() const noexcept { return ended_; }
  [[nodiscard]] const char* position() const noexcept { return position_; }
  // What is left of the current chunk.
  [[nodiscard]] std::string_view ahead() const noexcept {
    return ended_ ? std::string_view() : std::string_view(position_, static_cast<std::size_t>(end_ - position_));
  }
  // Those of a string that stand for themselves, from here on and within the current chunk. RFC 8259 §7.
  [[nodiscard]] std::string_view plain_characters() const noexcept { return plain_characters(ahead()); }
  // The string whose quote is next; nothing if it has escapes, or does not end within the current chunk.
  [[nodiscard]] std::optional<std::string_view> plain_string() const noexcept {
    const std::string_view text = ahead().substr(1);
    const std::string_view plain = plain_characters(text);
    if (plain.size() == text.size() || text[plain.size()] != '"') return std::nullopt;
    return plain;
  }
  // At most so many as are ahead.
  void skip(std::size_t characters) {
    position_ += characters;
    if (position_ == end_) refill();
  }
  [[nodiscard]] TextFeed& feed() const noexcept { return *feed_; }

 private:
  static std::string_view plain_characters(std::string_view text) noexcept {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (end - at >= 8 && !have_special(EightBytes(at))) at += 8;
    return {text.data(), std::find_if(at, end, is_special)};
  }
  static bool is_special(char c) noexcept { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' '; }
  static bool have_special(EightBytes bytes) noexcept {
    return bytes.have_below(' ') || bytes.have('"') || bytes.have('\\');
  }
  static bool is_white_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
  void refill();

  TextFeed* feed_;
  const char* position_ = nullptr;
  const char* end_ = nullptr;
  bool ended_ = false;
};

}  // namespace tlsrpt::parser

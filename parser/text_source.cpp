#include "parser/text_source.hpp"

#include <utility>

#include "parser/text.hpp"

namespace tlsrpt::parser {
namespace {

using namespace std::literals;

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kUtf16LeMark = "\xFF\xFE";
constexpr std::string_view kUtf16BeMark = "\xFE\xFF";

bool opens_json(char c) {
  return c == '{' || c == '[';
}
bool opens_scalar(char c) {
  return "\"-0123456789tfn"sv.find(c) != std::string_view::npos;
}

// UTF-16 and UTF-32 by their marks, or by the NULs around JSON's first character (RFC 4627 §3).
Content sniff_wide(std::string_view head) {
  if (head.starts_with("\xFF\xFE\0\0"sv) || head.starts_with("\0\0\xFE\xFF"sv)) return Content::kUtf32;
  if (head.starts_with(kUtf16LeMark)) return Content::kUtf16Le;
  if (head.starts_with(kUtf16BeMark)) return Content::kUtf16Be;
  if (head.size() < 4) return Content::kOther;
  if (opens_json(head[0]) && head.substr(1, 3) == "\0\0\0"sv) return Content::kUtf32;
  if (opens_json(head[3]) && head.substr(0, 3) == "\0\0\0"sv) return Content::kUtf32;
  if (opens_json(head[0]) && head[1] == '\0') return Content::kUtf16Le;
  if (opens_json(head[1]) && head[0] == '\0') return Content::kUtf16Be;
  return Content::kOther;
}

bool is_zlib(std::string_view head) {
  // RFC 1950 §2.2: deflate with the usual 32 KiB window, and a check that makes the two bytes a multiple of 31.
  if (head.size() < 2 || head[0] != '\x78') return false;
  return (0x7800u + static_cast<unsigned char>(head[1])) % 31 == 0;
}

// As UTF-8; a surrogate becomes three bytes as any other character of its size.
void append(std::string& utf8, char32_t character) {
  const auto put = [&](char32_t byte) { utf8 += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (character < 0x80) {
    put(character);
    return;
  }
  if (character < 0x800) {
    put(0xC0 | character >> 6);
  } else {
    if (character < 0x10000) {
      put(0xE0 | character >> 12);
    } else {
      put(0xF0 | character >> 18);
      put(0x80 | (character >> 12 & 0x3F));
    }
    put(0x80 | (character >> 6 & 0x3F));
  }
  put(0x80 | (character & 0x3F));
}

}  // namespace

Content sniff(std::string_view head) noexcept {
  if (head.starts_with("\x1F\x8B")) return Content::kGzip;
  if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")) return Content::kZip;
  if (const Content wide = sniff_wide(head); wide != Content::kOther) return wide;
  if (is_zlib(head)) return Content::kZlib;
  if (head.starts_with(kUtf8Mark)) head.remove_prefix(kUtf8Mark.size());
  const std::string_view text = trim(head);
  if (text.empty()) return head.size() < ByteSource::kChunk ? Content::kNothing : Content::kJson;
  if (opens_json(text.front())) return Content::kJson;
  if (text.front() == '<') return Content::kXml;
  if (text == "unused") return Content::kUnused;
  if (opens_scalar(text.front())) return Content::kScalar;
  return Content::kOther;
}

void TextSource::open(ByteSource& bytes) {
  bytes_ = &bytes;
  head_ = bytes_->read();
  head_given_ = false;
  content_ = sniff(head_);
  odd_.clear();
  high_surrogate_ = 0;
  const std::string_view mark = content_ == Content::kUtf16Le   ? kUtf16LeMark
                                : content_ == Content::kUtf16Be ? kUtf16BeMark
                                                                : kUtf8Mark;
  byte_order_mark_ = head_.starts_with(mark);
  if (byte_order_mark_) head_.remove_prefix(mark.size());
}

void TextSource::rewind() {
  bytes_->rewind();
  open(*bytes_);
}

std::string_view TextSource::read() {
  const std::string_view chunk = head_given_ ? bytes_->read() : head_;
  head_given_ = true;
  return utf16() ? transcode(chunk) : chunk;
}

std::string_view TextSource::transcode(std::string_view bytes) {
  utf8_.clear();
  if (bytes.empty()) {  // the end: what still waits for its other half will not get it
    if (high_surrogate_ != 0) append(utf8_, std::exchange(high_surrogate_, u'\0'));
    return utf8_;
  }
  odd_ += bytes;
  const bool little = content_ == Content::kUtf16Le;
  std::size_t i = 0;
  for (; i + 1 < odd_.size(); i += 2) {
    const auto first = static_cast<unsigned char>(odd_[i]);
    const auto second = static_cast<unsigned char>(odd_[i + 1]);
    put(static_cast<char16_t>(little ? second << 8 | first : first << 8 | second));
  }
  odd_.erase(0, i);
  return utf8_;
}

void TextSource::put(char16_t unit) {
  const bool high = unit >= 0xD800 && unit <= 0xDBFF;
  const bool low = unit >= 0xDC00 && unit <= 0xDFFF;
  const char16_t waiting = std::exchange(high_surrogate_, high ? unit : u'\0');
  if (waiting != 0 && low) {
    append(utf8_, 0x10000u + ((waiting - 0xD800u) << 10) + (unit - 0xDC00u));
    return;
  }
  if (waiting != 0) append(utf8_, waiting);
  if (!high) append(utf8_, unit);
}

}  // namespace tlsrpt::parser

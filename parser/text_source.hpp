#pragma once

#include <string>
#include <string_view>

#include "parser/source.hpp"

namespace tlsrpt::parser {

// What bytes are, by the first of them.
enum class Content {
  kNothing,  // no bytes, or white space alone
  kGzip,
  kZlib,
  kZip,
  kJson,     // begins like an object or an array
  kScalar,   // begins like any other JSON value
  kUtf16Le,  // the same in UTF-16
  kUtf16Be,
  kUtf32,
  kXml,
  kUnused,  // the word "unused" (mail-20)
  kOther,
};

[[nodiscard]] Content sniff(std::string_view head) noexcept;

// Text as UTF-8: takes off a byte order mark, transcodes UTF-16 (half of a surrogate pair is kept as three bytes).
class TextSource final : public ByteSource {
 public:
  // Reads the first bytes, and says by content() what they are.
  void open(ByteSource& bytes);
  [[nodiscard]] Content content() const noexcept { return content_; }
  [[nodiscard]] std::string_view head() const noexcept { return head_; }  // valid until the first read()
  [[nodiscard]] bool byte_order_mark() const noexcept { return byte_order_mark_; }
  [[nodiscard]] bool utf16() const noexcept { return content_ == Content::kUtf16Le || content_ == Content::kUtf16Be; }

  [[nodiscard]] std::string_view read() override;
  void rewind() override;

 private:
  std::string_view transcode(std::string_view bytes);
  void put(char16_t unit);

  ByteSource* bytes_ = nullptr;
  Content content_ = Content::kNothing;
  bool byte_order_mark_ = false;
  bool head_given_ = false;
  std::string_view head_;
  std::string utf8_;
  std::string odd_;              // the first half of a unit that the chunk's end has cut
  char16_t high_surrogate_ = 0;  // waiting for its other half
};

}  // namespace tlsrpt::parser

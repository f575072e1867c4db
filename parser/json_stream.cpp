#include "parser/json_stream.hpp"

#include <array>
#include <utility>

namespace tlsrpt::parser {

std::string_view TextFeed::next() {
  if (keep_from_ != nullptr) compress_until(chunk_.data() + chunk_.size());
  offset_ += chunk_.size();
  chunk_ = source_.read();
  if (keep_from_ != nullptr) keep_from_ = chunk_.data();
  return chunk_;
}

void TextFeed::drain() {
  keep_from_ = nullptr;
  while (!next().empty()) continue;
}

void TextFeed::keep_from(const char* position) {
  keep_from_ = position;
  compressing_ = false;
}

std::string TextFeed::kept_until(const char* position) {
  const auto length = static_cast<std::size_t>(position - keep_from_);
  if (!compressing_ && length <= kShort) {
    return std::string(source_.as_sent({std::exchange(keep_from_, nullptr), length}));
  }
  compress_until(position);
  keep_from_ = nullptr;
  return gzipper_.finish();
}

void TextFeed::compress_until(const char* position) {
  if (!std::exchange(compressing_, true)) gzipper_.begin();
  gzipper_.write(source_.as_sent({keep_from_, static_cast<std::size_t>(position - keep_from_)}));
}

void JsonStream::refill() {
  static constexpr std::array<char, 1> kEnd = {'\0'};  // what RapidJSON takes for the end of the text
  if (!ended_) {
    const std::string_view chunk = feed_->next();
    if (!chunk.empty()) {
      position_ = chunk.data();
      end_ = chunk.data() + chunk.size();
      return;
    }
    ended_ = true;
  }
  position_ = kEnd.data();
  end_ = kEnd.data() + kEnd.size();
}

}  // namespace tlsrpt::parser

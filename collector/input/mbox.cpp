#include "collector/input/mbox.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "mime/header.hpp"
#include "mime/text.hpp"

namespace tlsrpt::collector {
namespace {

bool is_empty_line(std::string_view line) noexcept {
  return line == "\n" || line == "\r\n";
}

// mboxrd: every line of a message that is ">*From " was given one '>' more.
bool is_quoted(std::string_view line) noexcept {
  const auto from = line.find_first_not_of('>');
  return from != std::string_view::npos && from > 0 && line.substr(from).starts_with("From ");
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::string_view take_last_word(std::string_view& line) noexcept {
  line = mime::trim_end(line);
  const std::string_view word = line.substr(line.find_last_of(' ') + 1);
  line.remove_suffix(word.size());
  return word;
}

bool is_year(std::string_view word) noexcept {
  return word.size() == 4 && std::all_of(word.begin(), word.end(), is_digit);
}

// RFC 4155: a separator ends in a time and a year; some have a zone behind either.
bool ends_in_date(std::string_view line) noexcept {
  std::string_view word = take_last_word(line);
  if (!is_year(word)) word = take_last_word(line);
  if (!is_year(word)) return false;
  word = take_last_word(line);
  if (word.find(':') == std::string_view::npos) word = take_last_word(line);
  return word.size() >= 5 && word.find(':') < 3 && is_digit(word.front()) && is_digit(word.back());
}

// One message's lines; the empty line before the next separator is the mbox's, not the message's.
class Collected {
 public:
  explicit Collected(std::size_t most) : message_(most) {}

  void append(std::string_view line, bool empty_line) {
    message_.append(last_empty_line_);
    last_empty_line_ = empty_line ? line : std::string_view{};
    if (!empty_line) message_.append(line);
  }

  BoundedBytes take() {
    last_empty_line_.clear();
    return message_.take();
  }

 private:
  BoundedCollector message_;
  std::string last_empty_line_;  // held back until another line follows
};

}  // namespace

void for_each_mbox_message(ByteStream& stream, std::size_t most, const std::function<void(BoundedBytes)>& take) {
  constexpr std::size_t kSniffed = 1024;
  Collected collected(most);
  std::string held;  // a line that may be a separator, while the next one is looked at
  bool inside = false;
  bool at_line_start = true;
  bool after_empty_line = true;
  for (auto line = stream.line(); !line.empty(); line = stream.line()) {
    const bool whole = std::exchange(at_line_start, line.back() == '\n');
    bool separator = whole && line.starts_with("From ");
    if (separator && inside) {
      held = line;
      line = held;
      const bool dated = ends_in_date(line);
      const auto header_follows = [&] { return mime::begins_with_field(stream.peek(kSniffed)); };
      separator = after_empty_line ? dated || header_follows() : dated && header_follows();
    }
    after_empty_line = whole && is_empty_line(line);
    if (separator) {
      if (inside) take(collected.take());
      inside = true;
    } else {
      if (whole && is_quoted(line)) line.remove_prefix(1);
      collected.append(line, after_empty_line);
    }
  }
  if (inside) take(collected.take());
}

}  // namespace tlsrpt::collector

#include "collector/input/mbox.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

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

// One message's lines; the empty line before the next separator is the mbox's, not the message's.
class Collected {
 public:
  explicit Collected(std::size_t most) : most_(most) {}

  void append(std::string_view line, bool empty_line) {
    message_.append(line.substr(0, most_ - message_.size()));
    last_empty_line_ = empty_line ? line.size() : 0;
    size_ += line.size();
  }

  std::string take() {
    if (size_ <= most_) message_.resize(message_.size() - last_empty_line_);
    size_ = last_empty_line_ = 0;
    return std::exchange(message_, {});
  }

 private:
  std::size_t most_;
  std::string message_;
  std::size_t size_ = 0;             // of the whole, also what was not kept
  std::size_t last_empty_line_ = 0;  // its length, where the last line is empty
};

}  // namespace

void for_each_mbox_message(ByteStream& stream, std::size_t most, const std::function<void(std::string)>& take) {
  Collected collected(most);
  bool inside = false;
  bool at_line_start = true;
  bool after_empty_line = true;
  for (auto line = stream.line(); !line.empty(); line = stream.line()) {
    const bool whole = std::exchange(at_line_start, line.back() == '\n');
    const bool separator = whole && after_empty_line && line.starts_with("From ");
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

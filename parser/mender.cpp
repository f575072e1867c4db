#include "parser/mender.hpp"

#include <algorithm>
#include <optional>

namespace tlsrpt::parser {
namespace {

constexpr std::size_t kEscape = 6;  // "\uD83D"
constexpr std::string_view kLoneSurrogate = "\\uDFFF";
// U+DF00 to U+DF1F in three bytes, the third being 0x80 and the control character. RapidJSON lets it through, and what
// was sent as such is written as kLoneSurrogate.
constexpr std::string_view kMark = "\xED\xBC";

bool is_mark(std::string_view text) {
  return text.size() > 2 && text.starts_with(kMark) && static_cast<unsigned char>(text[2]) < 0xA0;
}

// The UTF-16 unit that a text begins with as "\uXXXX".
std::optional<unsigned> escaped_unit(std::string_view text) {
  if (text.size() < kEscape || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  for (const char c : text.substr(2, 4)) {
    const bool digit = c >= '0' && c <= '9';
    const bool upper = c >= 'A' && c <= 'F';
    const bool lower = c >= 'a' && c <= 'f';
    if (!digit && !upper && !lower) return std::nullopt;
    unit = unit * 16 + static_cast<unsigned>(digit ? c - '0' : (upper ? c - 'A' : c - 'a') + 10);
  }
  return unit;
}

bool is_high(std::optional<unsigned> unit) {
  return unit && *unit >= 0xD800 && *unit <= 0xDBFF;
}
bool is_low(std::optional<unsigned> unit) {
  return unit && *unit >= 0xDC00 && *unit <= 0xDFFF;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

void Mender::open(ByteSource& text, Allowance& allowance) {
  text_ = &text;
  allowance_ = &allowance;
  restart();
}

void Mender::rewind() {
  text_->rewind();
  restart();
}

void Mender::restart() {
  input_.clear();
  ended_ = in_string_ = false;
  end_number();
}

std::string_view Mender::read() {
  output_.clear();
  while (output_.empty() && !ended_) {
    const std::string_view chunk = text_->read();
    ended_ = chunk.empty();
    input_ += chunk;
    std::size_t done = 0;
    while (done < input_.size()) {
      const std::string_view rest = std::string_view(input_).substr(done);
      std::size_t taken = 1;
      if (in_string_) {
        taken = copy_plain(rest);
        if (taken == 0) taken = mend_string(rest, ended_);
      } else {
        mend_outside(rest.front());
      }
      if (taken == 0) break;
      done += taken;
    }
    input_.erase(0, done);
    if (output_.size() > done) allowance_->spend_memory(output_.size() - done);
  }
  return output_;
}

// What stands in a string as it may; how many bytes that is.
std::size_t Mender::copy_plain(std::string_view text) {
  const auto is_plain = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\' && c != kMark.front();
  };
  const auto length = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
  output_ += text.substr(0, length);
  return length;
}

// How many bytes were taken; 0 where more must be known first.
std::size_t Mender::mend_string(std::string_view text, bool last) {
  const char c = text.front();
  if (c == '\\') return mend_escape(text, last);
  if (c == kMark.front()) {
    if (text.size() < 3 && !last) return 0;
    if (is_mark(text)) {
      output_ += kLoneSurrogate;
      return 3;
    }
  }
  if (c == '\0') {
    output_ += "\\u0000";
  } else if (static_cast<unsigned char>(c) < 0x20) {
    output_.append(kMark) += static_cast<char>(0x80 | c);
  } else {
    output_ += c;
    in_string_ = c != '"';
  }
  return 1;
}

std::size_t Mender::mend_escape(std::string_view text, bool last) {
  if (text.size() < 2 * kEscape && !last) return 0;
  const std::optional<unsigned> unit = escaped_unit(text);
  const std::string_view written = text.substr(0, unit ? kEscape : 2);
  if (is_high(unit)) {
    const std::string_view pair = text.substr(0, 2 * kEscape);
    const bool lone = !is_low(escaped_unit(pair.substr(kEscape)));
    output_ += lone ? kLoneSurrogate : pair;
    return lone ? kEscape : pair.size();
  }
  output_ += is_low(unit) ? kLoneSurrogate : written;
  return written.size();
}

std::string_view Mender::as_sent(std::string_view piece) {
  take_off_marks(piece, unmarked_);
  return unmarked_;
}

bool take_off_marks(std::string_view text, std::string& to) {
  to.clear();
  bool found = false;
  for (std::size_t mark = text.find(kMark); mark != std::string_view::npos; mark = text.find(kMark, mark)) {
    if (!is_mark(text.substr(mark))) {
      ++mark;
      continue;
    }
    found = true;
    to.append(text.substr(0, mark)) += static_cast<char>(text[mark + 2] & 0x1F);
    text.remove_prefix(mark + 3);
    mark = 0;
  }
  to += text;
  return found;
}

void Mender::mend_outside(char c) {
  constexpr std::size_t kMostIntegerDigits = 300;  // a double holds 308; 64 bits hold 19
  constexpr std::size_t kMostExponentDigits = 2;
  if (is_digit(c)) {
    const std::size_t digits = in_exponent_ ? ++exponent_digits_ : ++integer_digits_;
    if (digits <= (in_exponent_ ? kMostExponentDigits : kMostIntegerDigits)) output_ += c;
    return;
  }
  if ((c == 'e' || c == 'E') && integer_digits_ > 0) {
    in_exponent_ = true;
  } else if (!(in_exponent_ && exponent_digits_ == 0 && (c == '+' || c == '-'))) {
    end_number();
  }
  in_string_ = c == '"';
  output_ += c;
}

}  // namespace tlsrpt::parser

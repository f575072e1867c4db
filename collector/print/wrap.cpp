#include "collector/print/wrap.hpp"

#include <algorithm>

namespace tlsrpt::collector {
namespace {

bool begins_a_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

}  // namespace

std::size_t columns(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_a_character));
}

std::string cut_to(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  std::size_t characters = 0;
  const auto* const end =
      std::find_if(text.begin(), text.end(), [&](char c) { return begins_a_character(c) && ++characters >= width; });
  return std::string(text.begin(), end) + "…";
}

std::string wrap(std::string_view lead, std::string_view text, std::size_t width) {
  const std::size_t indent = columns(lead);
  std::string out(lead);
  std::size_t column = indent;
  bool line_empty = true;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word.empty()) continue;
    const std::size_t needed = columns(word);
    if (!line_empty && column + 1 + needed > width) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
      line_empty = true;
    }
    if (!line_empty) out += ' ';
    out += word;
    column += needed + (line_empty ? 0 : 1);
    line_empty = false;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out + '\n';
}

}  // namespace tlsrpt::collector

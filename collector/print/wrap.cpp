#include "collector/print/wrap.hpp"

#include <algorithm>

namespace tlsrpt::collector {
namespace {

// Code points: near enough to columns for host names, codes and organisations.
std::size_t columns(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

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

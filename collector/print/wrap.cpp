#include "collector/print/wrap.hpp"

#include <algorithm>

namespace tlsrpt::collector {
namespace {

bool begins_a_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

// Of so many characters.
std::size_t bytes_of(std::string_view text, std::size_t characters) {
  const auto* const end =
      std::find_if(text.begin(), text.end(), [&](char c) { return begins_a_character(c) && characters-- == 0; });
  return static_cast<std::size_t>(end - text.begin());
}

}  // namespace

std::size_t columns(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_a_character));
}

std::vector<std::string> broken(std::string_view text, std::size_t width) {
  std::vector<std::string> pieces;
  while (columns(text) > width) {
    const std::string_view most = text.substr(0, bytes_of(text, width));
    // A space at the very place of the break belongs to neither line.
    const bool fits = text[most.size()] == ' ';
    const auto last = fits ? std::string_view::npos : most.find_last_of(" .-");
    const std::string_view piece = last == std::string_view::npos ? most : most.substr(0, last + 1);
    text.remove_prefix(piece.size() + (fits ? 1 : 0));
    pieces.emplace_back(piece.substr(0, piece.find_last_not_of(' ') + 1));
  }
  pieces.emplace_back(text);
  return pieces;
}

std::string cut_to(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  return std::string(text.substr(0, bytes_of(text, width - 1))) + "…";
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

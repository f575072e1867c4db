#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlsrpt::collector {

// Writes HTML, in which text and attributes cannot become markup: they are escaped here and nowhere else, and what
// cannot be seen or would reorder its surroundings is shown by its code (escape.hpp).
class HtmlWriter {
 public:
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  HtmlWriter& open(std::string_view tag, Attributes attributes = {});
  HtmlWriter& close();  // the innermost that is open
  HtmlWriter& text(std::string_view text);
  HtmlWriter& element(std::string_view tag, std::string_view text, Attributes attributes = {});
  HtmlWriter& empty(std::string_view tag, Attributes attributes = {});  // <meta>, <link>: never closed
  // Our own bytes, as they are.
  HtmlWriter& verbatim(std::string_view markup);

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void begin(std::string_view tag, Attributes attributes);
  void append_escaped(std::string_view text);

  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace tlsrpt::collector

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// How text for a person may look where it goes.
namespace tlsrpt::collector {

struct Terminal {
  std::size_t width = 100;
  bool colour = false;
};

// Standard output: as wide as $COLUMNS or the terminal says, else 100; coloured on a terminal alone, unless $NO_COLOR
// is set or $TERM is "dumb".
[[nodiscard]] Terminal standard_output();

enum class Paint { kHeading, kGood, kWarning, kBad };

// `text`, which says by itself what the colour underlines.
[[nodiscard]] std::string painted(const Terminal& terminal, Paint paint, std::string_view text);

}  // namespace tlsrpt::collector

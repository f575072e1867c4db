#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tlsrpt::collector {

// `lead`, then `text` in lines of at most `width` columns (a longer word stays whole), each ended; the lines after the
// first are indented by the columns of `lead`. Both are UTF-8 without control characters; spaces at the ends of a
// line are dropped.
[[nodiscard]] std::string wrap(std::string_view lead, std::string_view text, std::size_t width);

// Code points: near enough to columns for host names, codes and organisations.
[[nodiscard]] std::size_t columns(std::string_view text) noexcept;

// The pieces of `text`, which is UTF-8, of at most `width` columns: broken after a space, a dot or a hyphen where there
// is one, else anywhere. One piece at least.
[[nodiscard]] std::vector<std::string> broken(std::string_view text, std::size_t width);

// `text`, which is UTF-8, cut to so many columns with "…".
[[nodiscard]] std::string cut_to(std::string_view text, std::size_t width);

}  // namespace tlsrpt::collector

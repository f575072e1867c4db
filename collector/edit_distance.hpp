#pragma once

#include <cstddef>
#include <string_view>

namespace tlsrpt::collector {

// Levenshtein's: how many bytes to put in, take out or replace make one of the other. ASCII letters are alike in either
// case. Only the first 128 bytes of each are looked at.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace tlsrpt::collector

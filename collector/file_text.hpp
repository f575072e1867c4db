#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tlsrpt::collector {

// What is kept of a text from a file: no host name is longer, and nobody reads more.
[[nodiscard]] inline std::string kept(std::string_view text) {
  constexpr std::size_t kMostBytes = 512;
  return std::string(text.substr(0, kMostBytes));
}

}  // namespace tlsrpt::collector

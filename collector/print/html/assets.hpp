#pragma once

#include <span>
#include <string_view>

// What the page carries along; embed.py makes the definitions when the program is built.
namespace tlsrpt::collector {

struct Asset {
  std::span<const std::string_view> pieces;  // one after the other
  std::string_view hash;                     // as a Content-Security-Policy names it: "sha256-…"
};

[[nodiscard]] Asset page_style() noexcept;     // page.css
[[nodiscard]] Asset page_script() noexcept;    // page.js
[[nodiscard]] Asset chart_library() noexcept;  // Chart.js

}  // namespace tlsrpt::collector

#pragma once

#include <cstddef>
#include <string_view>

namespace tlsrpt::collector {

// What an input is, by its first bytes: names say little (mail-3, mail-4).
enum class Content {
  kReport,  // gzip, zip or JSON
  kMbox,    // begins with "From " (RFC 4155)
  kMail,    // begins with a header field, but for what may stand before one (see mime::skip_to_header)
  kUnknown,
};

inline constexpr std::size_t kSniffedBytes = 1024;

// `head`: the input's first kSniffedBytes, or all of a shorter one.
[[nodiscard]] Content sniff(std::string_view head) noexcept;

}  // namespace tlsrpt::collector

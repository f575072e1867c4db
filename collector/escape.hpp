#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Text from strangers, made safe to show.
namespace tlsrpt::collector {

// For a terminal or a log line: control characters (C0, DEL, C1), line and paragraph separators, bidirectional controls
// and bytes that are not UTF-8 become \xNN or \u{NNNN}; cut to `most` bytes with "…".
[[nodiscard]] std::string printable(std::string_view text, std::size_t most = 2048);

// A CSV field (RFC 4180), quoted where needed; what a spreadsheet would take for a formula gets a leading apostrophe.
[[nodiscard]] std::string csv_field(std::string_view text);

}  // namespace tlsrpt::collector

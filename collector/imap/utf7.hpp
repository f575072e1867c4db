#pragma once

#include <optional>
#include <string>
#include <string_view>

// Modified UTF-7, in which IMAP4rev1 writes folder names (RFC 3501 §5.1.3). What comes out is printable ASCII.
namespace tlsrpt::imap {

// Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string to_utf7(std::string_view utf8);

// None where `utf7` is not well-formed.
[[nodiscard]] std::optional<std::string> from_utf7(std::string_view utf7);

}  // namespace tlsrpt::imap

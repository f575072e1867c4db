#pragma once

#include <string>
#include <string_view>

namespace tlsrpt::mime {

// Text of a MIME charset as UTF-8. Bytes that mean nothing in it become U+FFFD; a charset that nobody knows, or that is
// not used for mail, leaves the bytes as they are. UTF-8 itself is not checked: parser::excerpt() does.
[[nodiscard]] std::string to_utf8(std::string_view bytes, std::string_view charset);

}  // namespace tlsrpt::mime

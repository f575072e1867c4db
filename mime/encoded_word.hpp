#pragma once

#include <string>

namespace tlsrpt::mime {

// Text with RFC 2047's encoded words replaced by what they say, in UTF-8 as far as the sender kept to it. What lies
// between two encoded words vanishes if it is white space, and a character may be split over words of one charset.
// Words with spaces in them, or longer than the standard's 75 characters, are read too.
[[nodiscard]] std::string decode_encoded_words(std::string sent);

}  // namespace tlsrpt::mime

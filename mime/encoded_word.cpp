#include "mime/encoded_word.hpp"

#include <algorithm>
#include <optional>

#include "mime/charset.hpp"
#include "mime/text.hpp"
#include "mime/transfer_encoding.hpp"
#include "parser/text.hpp"

namespace tlsrpt::mime {

namespace {

struct EncodedWord {
  std::string_view charset;
  std::string bytes;
  std::size_t length = 0;  // of the whole word
};

// RFC 2047 §4.2: quoted-printable in which '_' is a space.
std::string decode_q(std::string_view text) {
  std::string quoted(text);
  std::replace(quoted.begin(), quoted.end(), '_', ' ');
  // The decoder takes white space at the end for padding of the line: a "=" after it is a soft line break.
  return decode(quoted + '=', TransferEncoding::kQuotedPrintable).bytes;
}

// `text` begins with "=?": =?charset[*language]?B|Q?text?=
std::optional<EncodedWord> read_encoded_word(std::string_view text) {
  constexpr std::size_t longest_charset = 64;
  const std::size_t charset_end = text.substr(0, longest_charset).find('?', 2);
  if (charset_end == std::string_view::npos || text.substr(charset_end).size() < 3) return std::nullopt;
  const char encoding = to_lower(text[charset_end + 1]);
  if ((encoding != 'b' && encoding != 'q') || text[charset_end + 2] != '?') return std::nullopt;
  const std::size_t begin = charset_end + 3;
  const std::size_t end = text.find("?=", begin);
  if (end == std::string_view::npos) return std::nullopt;

  EncodedWord word;
  const std::string_view charset = text.substr(2, charset_end - 2);
  word.charset = charset.substr(0, charset.find('*'));  // RFC 2231 §5
  const std::string_view encoded = text.substr(begin, end - begin);
  word.bytes = encoding == 'b' ? decode(encoded, TransferEncoding::kBase64).bytes : decode_q(encoded);
  word.length = end + 2;
  return word;
}

}  // namespace

std::string decode_encoded_words(std::string sent) {
  if (sent.find('?') == std::string::npos) return sent;  // as most are
  // Beyond the last end of a word there is none: without this, each lone "=?" would cost a search to the end.
  const std::size_t last_end = sent.rfind("?=");
  if (last_end == std::string::npos) return sent;
  std::string_view text(sent);
  const std::string_view rest = text.substr(last_end + 2);
  text = text.substr(0, last_end + 2);

  std::string decoded;
  std::string bytes;  // of the encoded words since the last other text, all of one charset
  std::string_view charset;
  const auto flush = [&] {
    decoded.append(to_utf8(bytes, charset));
    bytes.clear();
  };
  while (!text.empty()) {
    const std::size_t start = std::min(text.find("=?"), text.size());
    const std::string_view between = text.substr(0, start);
    if (bytes.empty() || !parser::trim(between).empty()) {
      flush();
      decoded.append(between);
    }
    text.remove_prefix(start);
    if (const auto word = read_encoded_word(text)) {
      if (!iequals(word->charset, charset)) flush();
      charset = word->charset;
      bytes += word->bytes;
      text.remove_prefix(word->length);
    } else {
      flush();
      decoded.append(text.substr(0, 2));
      text.remove_prefix(std::min<std::size_t>(text.size(), 2));
    }
  }
  flush();
  decoded.append(rest);
  return decoded;
}

}  // namespace tlsrpt::mime

#pragma once

#include <string>
#include <string_view>

// Content-Transfer-Encoding (RFC 2045 §6).
namespace tlsrpt::mime {

enum class TransferEncoding { kIdentity, kBase64, kQuotedPrintable };

// From the field's raw value: 7bit, 8bit, binary and whatever nobody knows are kIdentity.
[[nodiscard]] TransferEncoding transfer_encoding(std::string_view value);

struct Decoded {
  std::string bytes;
  bool mended = false;  // base64 with stray characters, without its padding, or with something after it
};

// Never fails. Base64 skips what is not of its alphabet and ends at the padding (mail-8); quoted-printable leaves what
// is no escape as it is.
[[nodiscard]] Decoded decode(std::string_view body, TransferEncoding encoding);

}  // namespace tlsrpt::mime

#pragma once

#include <string_view>

#include "mime/transfer_encoding.hpp"

// What a part's bytes are, whatever its label says (mail-3, mail-4).
namespace tlsrpt::mime {

// How a part may be told to hold a report.
enum class Demand {
  kLabelled,  // it says so itself
  kBytes,     // its first bytes are those of gzip, zlib, zip or JSON
  kText,      // a text for people: a JSON object or array of them, and not merely a bracket
};

struct Payload {
  bool is_report = false;                                   // may be one
  TransferEncoding encoding = TransferEncoding::kIdentity;  // as it really is
};

// Looks at the first KiB alone. `body` is as it stands in the message.
[[nodiscard]] Payload inspect(std::string_view body, TransferEncoding declared, Demand demand);

}  // namespace tlsrpt::mime

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mime/message.hpp"

// The receiving server's verdict on a message's DKIM signatures (RFC 8601; RFC 8460 §3 wants one of the reporter).
namespace tlsrpt::mime {

enum class Authentic { kPass, kFail, kNone, kUnknown };

[[nodiscard]] std::string_view to_string(Authentic authentic) noexcept;  // "pass", "fail", "none", "unknown"

// From the topmost Authentication-Results that carries this authserv-id and a dkim result. kPass wants an aligned
// signature: header.d (else header.i's domain) shares the organisational domain (Public Suffix List) with the From
// domain or the TLS-Report-Submitter. kUnknown without an authserv-id, or without such a header.
[[nodiscard]] Authentic authenticate(const Envelope& envelope, const std::optional<std::string>& authserv_id);

}  // namespace tlsrpt::mime

#pragma once

#include <cstdint>

namespace tlsrpt::imap {

using Uid = std::uint64_t;                    // RFC 9051 says 32 bits; some servers know better (imap-21)
constexpr Uid kGreatestUid = Uid{INT64_MAX};  // what the database holds; greater ones break the protocol

}  // namespace tlsrpt::imap

#pragma once

#include <span>
#include <string>

#include "collector/imap/session.hpp"

namespace tlsrpt::imap {

// RFC 9051 §9, sequence-set: ascending UIDs as "1:5,7". Runs without a gap become ranges, so that the set names these
// UIDs and no other.
[[nodiscard]] std::string uid_set(std::span<const Uid> uids);

}  // namespace tlsrpt::imap

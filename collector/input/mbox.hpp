#pragma once

#include <cstddef>
#include <functional>

#include "collector/input/bounded_bytes.hpp"
#include "collector/input/byte_stream.hpp"

namespace tlsrpt::collector {

// Hands out the messages of an mbox (RFC 4155) in order, one in memory at a time. Of a message longer than `most` bytes
// only the first `most` are kept. ">From " loses one '>' (mboxrd, and mboxo as far as that can be undone). Not
// everybody quotes: of an empty line before "From ", a date at the line's end, and a header field behind it, two make a
// separator.
void for_each_mbox_message(ByteStream& stream, std::size_t most, const std::function<void(BoundedBytes)>& take);

}  // namespace tlsrpt::collector

#pragma once

#include <cstddef>

#include "db/store.hpp"

namespace tlsrpt::collector {

// Bytes of memory that a message holds: the measure for queues and batches. A little of mail can be much of report:
// gzip shrinks a thousandfold.
[[nodiscard]] std::size_t weight(const db::RenderedMessage& message) noexcept;

}  // namespace tlsrpt::collector

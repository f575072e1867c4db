#pragma once

#include <cstddef>
#include <string>

#include "db/quarantine.hpp"

namespace tlsrpt::collector {

// A quarantine entry for a person: what it is, what its reason means, and what to do.
[[nodiscard]] std::string diagnosis(const db::QuarantineEntry& entry, std::size_t width);

}  // namespace tlsrpt::collector

#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "collector/imap/session.hpp"

namespace tlsrpt::imap {

// Servers answer larger sets with nothing (imap-1, imap-2).
constexpr std::size_t kBatch = 100;

[[nodiscard]] inline std::vector<std::span<const Uid>> batches(std::span<const Uid> uids) {
  std::vector<std::span<const Uid>> result;
  for (; !uids.empty(); uids = uids.subspan(result.back().size())) {
    result.push_back(uids.first(std::min(kBatch, uids.size())));
  }
  return result;
}

}  // namespace tlsrpt::imap

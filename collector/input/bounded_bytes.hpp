#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "collector/sha256.hpp"

namespace tlsrpt::collector {

// All of an input, or the beginning of one that is too long to keep.
struct BoundedBytes {
  std::string bytes;
  std::optional<parser::Digest> sha256_of_all;  // where `bytes` is only the beginning
};

// Puts pieces together, of which it keeps `most` bytes at most.
class BoundedCollector {
 public:
  explicit BoundedCollector(std::size_t most) : most_(most) {}

  void append(std::string_view piece);
  // What came since the last call.
  [[nodiscard]] BoundedBytes take();

 private:
  std::size_t most_;
  std::string bytes_;
  std::optional<Sha256> of_all_;  // once there is more than is kept
};

}  // namespace tlsrpt::collector

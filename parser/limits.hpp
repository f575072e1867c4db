#pragma once

#include <cstddef>

namespace tlsrpt::parser {

// Bounds on one message's reports. Each is enforced where the bytes are read, before anything is built from them.
struct Limits {
  std::size_t decompressed = 100u << 20;  // bytes, all attachments of a message together
  std::size_t json_depth = 32;            // nested arrays and objects
  std::size_t string = 64u << 10;         // bytes of one JSON string, decoded
  std::size_t policies = 10'000;          // a report
  std::size_t failure_details = 100'000;  // a report, over all its policies
};

}  // namespace tlsrpt::parser

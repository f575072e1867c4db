#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "collector/imap/response_reader.hpp"

namespace tlsrpt::imap::test {

// The responses in `bytes`, which are fed `step` at a time. What is left over at the end is no response.
inline std::vector<Response> read_all(std::string_view bytes, std::size_t step,
                                      const ResponseReader::Limits& limits = {}) {
  ResponseReader reader(limits);
  std::vector<Response> responses;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
    std::string_view input = bytes.substr(0, step);
    while (reader.read(input)) responses.push_back(reader.response());
  }
  return responses;
}

inline Response read_one(std::string_view bytes, const ResponseReader::Limits& limits = {}) {
  const std::vector<Response> responses = read_all(bytes, bytes.size(), limits);
  return responses.empty() ? Response{.text = "(none)", .literals = {}} : responses.front();
}

}  // namespace tlsrpt::imap::test

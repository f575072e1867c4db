#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "collector/imap/response.hpp"

namespace tlsrpt::imap {

// Cuts the server's bytes, in any split, into responses (RFC 9051 §2.2.2, §4.3). A literal is framed by its count
// alone: no byte of it is ever read as protocol.
class ResponseReader {
 public:
  struct Limits {
    std::size_t line = 16u << 20;     // SEARCH answers with one line; 1.5 million UIDs of ten digits fit
    std::size_t literal = 20u << 20;  // larger literals are skipped as they come, and marked so
    std::size_t literals = 1000;      // a response
  };

  ResponseReader() = default;
  explicit ResponseReader(const Limits& limits) : limits_(limits) {}

  void set_literal_limit(std::size_t bytes) noexcept { limits_.literal = bytes; }

  // Takes bytes off the front of `input` until a response is complete: true, and response() is it. False when all of
  // `input` was taken before. Throws SyntaxError.
  [[nodiscard]] bool read(std::string_view& input);

  // Until the next read(). Literals may be moved out.
  [[nodiscard]] Response& response() noexcept { return response_; }

 private:
  void start();
  [[nodiscard]] bool take_line(std::string_view& input);
  void take_literal(std::string_view& input);
  [[nodiscard]] bool ends_in_literal_header();
  void open_literal(std::uint64_t size);

  Limits limits_;
  Response response_;
  bool complete_ = false;
  std::size_t line_start_ = 0;      // in response_.text: after the last literal's header
  std::uint64_t literal_left_ = 0;  // bytes of the last literal that are still to come
  std::size_t kept_ = 0;            // bytes of this response's literals that are kept
};

}  // namespace tlsrpt::imap

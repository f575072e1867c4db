#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace tlsrpt::collector {

// A file, pipe or device, read once from front to back through one small buffer. Throws InputError, which names it.
class ByteStream {
 public:
  static constexpr std::size_t kBufferSize = std::size_t{64} << 10;

  explicit ByteStream(const std::string& path);  // "-" is standard input
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  // What comes next, without taking it: `least` bytes (at most kBufferSize) or more, fewer only before the end.
  [[nodiscard]] std::string_view peek(std::size_t least);

  // The next line with its line feed. A line longer than the buffer comes in pieces, of which only the last has the
  // line feed. Empty at the end. Valid until the next call.
  [[nodiscard]] std::string_view line();

  // The next bytes, at most a bufferful. Empty at the end. Valid until the next call.
  [[nodiscard]] std::string_view next();

 private:
  [[nodiscard]] std::string_view buffered() const noexcept;
  [[nodiscard]] std::string_view consume(std::size_t count) noexcept;
  bool fill();  // false at the end

  std::string name_;
  int descriptor_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace tlsrpt::collector

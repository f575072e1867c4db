#include "collector/input/byte_stream.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "collector/error.hpp"
#include "collector/escape.hpp"

namespace tlsrpt::collector {
namespace {

[[noreturn]] void fail(const std::string& name) {
  const int error = errno;
  throw InputError(fmt::format("{}: {}", printable(name), std::generic_category().message(error)));
}

}  // namespace

ByteStream::ByteStream(const std::string& path)
    : name_(path == "-" ? "standard input" : path),
      descriptor_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)),
      buffer_(std::make_unique_for_overwrite<char[]>(kBufferSize)) {
  if (descriptor_ < 0) fail(name_);
}

ByteStream::~ByteStream() {
  if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
}

std::string_view ByteStream::peek(std::size_t least) {
  while (end_ - begin_ < least && fill()) {
  }
  return buffered();
}

std::string_view ByteStream::line() {
  std::size_t searched = 0;
  for (;;) {
    const std::string_view ahead = buffered();
    if (const auto line_feed = ahead.find('\n', searched); line_feed != std::string_view::npos) {
      return consume(line_feed + 1);
    }
    searched = ahead.size();
    if (ahead.size() == kBufferSize || !fill()) return consume(ahead.size());
  }
}

std::string_view ByteStream::next() {
  if (begin_ == end_) fill();
  return consume(kBufferSize);
}

std::string_view ByteStream::buffered() const noexcept {
  return {buffer_.get() + begin_, end_ - begin_};
}

std::string_view ByteStream::consume(std::size_t count) noexcept {
  const std::string_view taken = buffered().substr(0, count);
  begin_ += taken.size();
  return taken;
}

bool ByteStream::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == kBufferSize) return false;
  ssize_t count = 0;
  do {
    count = ::read(descriptor_, buffer_.get() + end_, kBufferSize - end_);
  } while (count < 0 && errno == EINTR);
  if (count < 0) fail(name_);
  end_ += static_cast<std::size_t>(count);
  return count > 0;
}

}  // namespace tlsrpt::collector

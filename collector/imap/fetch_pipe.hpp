#pragma once

#include <cstddef>
#include <cstdint>

#include "collector/imap/pipeline_depth.hpp"

namespace tlsrpt::imap {

// How many bodies are asked for and not yet here: bounded in commands by the pipe's depth, in bytes whatever its depth.
class FetchPipe {
 public:
  using Clock = PipelineDepth::Clock;
  static constexpr std::uint64_t kMostBytes = 16u << 20;  // 320 MB/s at 50 ms; what a late message may hold up

  explicit FetchPipe(Clock::duration round_trip) noexcept : depth_(round_trip) {}

  // For one more command.
  [[nodiscard]] bool has_room() const noexcept { return commands_ < depth_.commands() && bytes_ < kMostBytes; }

  // `bytes` are those announced of the messages that a command asks for.
  void asked(std::uint64_t bytes) noexcept {
    ++commands_;
    bytes_ += bytes;
  }
  void completed(std::uint64_t bytes, Clock::time_point now) noexcept {
    --commands_;
    bytes_ -= bytes;
    depth_.completed(now);
  }

  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t depth() const noexcept { return depth_.commands(); }

 private:
  PipelineDepth depth_;
  std::size_t commands_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace tlsrpt::imap

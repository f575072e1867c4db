#pragma once

#include <chrono>
#include <cstddef>

namespace tlsrpt::imap {

// Tells a stalled server: its time is up when we have waited for the whole limit while less than kLeast bytes came and
// no command was completed. Time in which we do not wait, because our own side is busy, does not count.
class StallClock {
 public:
  using Duration = std::chrono::steady_clock::duration;
  static constexpr std::size_t kLeast = 1024;  // a byte now and then is no progress

  explicit StallClock(Duration limit) noexcept : limit_(limit) {}

  void restart() noexcept {
    waited_ = {};
    bytes_ = 0;
  }
  void received(std::size_t bytes) noexcept {
    bytes_ += bytes;
    if (bytes_ >= kLeast) restart();
  }
  void waited(Duration time) noexcept { waited_ += time; }

  [[nodiscard]] Duration left() const noexcept { return limit_ - waited_; }
  [[nodiscard]] bool is_up() const noexcept { return waited_ >= limit_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }  // since the last progress

 private:
  Duration limit_;
  Duration waited_{};
  std::size_t bytes_ = 0;
};

}  // namespace tlsrpt::imap

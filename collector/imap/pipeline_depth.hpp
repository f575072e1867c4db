#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

namespace tlsrpt::imap {

// How many commands keep the pipe full: those that are answered within a round trip, twice over, and three. A pipe that
// is not yet full answers `depth` commands a round trip, so that the depth more than doubles with each until it is.
class PipelineDepth {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kLeast = 3;
  static constexpr std::size_t kMost = 64;

  explicit PipelineDepth(Clock::duration round_trip) noexcept : round_trip_(round_trip) {}

  // A command was completed at `now`.
  void completed(Clock::time_point now) noexcept {
    if (last_) interval_ += (now - *last_ - interval_) / 8;
    last_ = now;
  }

  [[nodiscard]] std::size_t commands() const noexcept {
    const auto a_round_trip = round_trip_ / std::max(interval_, Clock::duration{std::chrono::microseconds{1}});
    return kLeast + static_cast<std::size_t>(std::clamp<Clock::rep>(a_round_trip, 0, (kMost - kLeast) / 2)) * 2;
  }

 private:
  Clock::duration round_trip_;
  Clock::duration interval_ = std::chrono::milliseconds{2};  // between completions, smoothed
  std::optional<Clock::time_point> last_;
};

}  // namespace tlsrpt::imap

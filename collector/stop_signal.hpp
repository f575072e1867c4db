#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace tlsrpt::collector {

// While it lives, SIGTERM and SIGINT ask for a stop instead of ending the process; a second one ends it. To be made
// before any other thread: those inherit the blocked signals.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  [[nodiscard]] std::stop_token token() const noexcept { return source_.get_token(); }

 private:
  std::stop_source source_;
  sigset_t signals_{};
  sigset_t before_{};
  std::jthread waiter_;
};

}  // namespace tlsrpt::collector

#pragma once

#include <chrono>
#include <functional>
#include <random>
#include <stop_token>

#include "collector/config.hpp"

namespace tlsrpt::collector {

// When a mailbox is to be polled again.
class Schedule {
 public:
  Schedule(const Config::Poll& poll, std::uint64_t seed) : poll_(poll), random_(seed) {}

  // Every poll.every, plus up to poll.jitter. After failures in a row the wait grows from the smaller of a minute and
  // poll.every, doubling up to the larger of an hour and poll.every.
  [[nodiscard]] std::chrono::milliseconds wait(int failures);

 private:
  Config::Poll poll_;
  std::mt19937_64 random_;
};

// Polls every mailbox at once and then on its schedule, up to poll.parallel at a time, the longest overdue first, until
// a stop is asked for. `poll` reads one mailbox and says whether that went well; it must not throw.
void run_worker(const Config& config, const std::function<bool(const MailboxConfig&)>& poll,
                const std::stop_token& stop);

}  // namespace tlsrpt::collector

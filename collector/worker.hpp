#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <random>
#include <stop_token>

#include "collector/config.hpp"
#include "collector/reaction.hpp"

namespace tlsrpt::collector {

// When a mailbox is to be polled again.
class Schedule {
 public:
  Schedule(const Config::Poll& poll, std::uint64_t seed) : poll_(poll), random_(seed) {}

  // Every poll.every, plus up to poll.jitter.
  [[nodiscard]] std::chrono::milliseconds wait();
  // After so many failures in a row: from the smaller of a minute and poll.every, doubling up to the larger of an hour
  // and poll.every. Where somebody must act first it begins at poll.every: a login that is refused again and again
  // may get an account locked.
  [[nodiscard]] std::chrono::milliseconds wait(int failures, Reaction reaction);

 private:
  [[nodiscard]] std::chrono::milliseconds jitter();

  Config::Poll poll_;
  std::mt19937_64 random_;
};

// Reads one mailbox. None: that went well; else what its failure, which was logged, calls for. Must not throw.
using Poll = std::function<std::optional<Reaction>(const MailboxConfig&)>;

// Polls every mailbox at once and then on its schedule, up to poll.parallel at a time, the longest overdue first, until
// a stop is asked for. One that fails is polled again later, whatever it is; the others are not concerned.
void run_worker(const Config& config, const Poll& poll, const std::stop_token& stop);

}  // namespace tlsrpt::collector

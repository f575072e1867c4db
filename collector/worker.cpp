#include "collector/worker.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <vector>

#include "collector/log.hpp"
#include "collector/threads.hpp"

namespace tlsrpt::collector {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct Turn {
  Clock::time_point due;
  const MailboxConfig* mailbox = nullptr;
  int failures = 0;

  bool operator>(const Turn& other) const { return due > other.due; }
};

class Worker {
 public:
  Worker(const Config& config, const Poll& poll) : poll_(poll), schedule_(config.poll, std::random_device{}()) {
    const auto now = Clock::now();
    for (const auto& mailbox : config.mailboxes) turns_.push({.due = now, .mailbox = &mailbox});
  }

  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      if (turns_.empty()) {  // all others are being polled by other threads
        changed_.wait(lock, stop, [this] { return !turns_.empty(); });
        continue;
      }
      if (turns_.top().due > Clock::now()) {
        const auto due = turns_.top().due;
        changed_.wait_until(lock, stop, due, [&] { return !turns_.empty() && turns_.top().due < due; });
        continue;
      }
      auto turn = turns_.top();
      turns_.pop();
      lock.unlock();
      const auto failure = poll_(*turn.mailbox);
      lock.lock();
      turn.failures = failure ? turn.failures + 1 : 0;
      const auto wait = failure ? schedule_.wait(turn.failures, *failure) : schedule_.wait();
      if (failure && !stop.stop_requested()) {
        log::info("mailbox {}: next try in {:.0f} s", turn.mailbox->name, std::chrono::duration<double>(wait).count());
      }
      turn.due = Clock::now() + wait;
      turns_.push(turn);
      changed_.notify_all();
    }
  }

 private:
  const Poll& poll_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  Schedule schedule_;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;
};

}  // namespace

milliseconds Schedule::wait() {
  return poll_.every + jitter();
}

milliseconds Schedule::wait(int failures, Reaction reaction) {
  const milliseconds most = std::max<milliseconds>(std::chrono::hours{1}, poll_.every);
  milliseconds wait = poll_.every;
  if (reaction == Reaction::kTryLater) wait = std::min<milliseconds>(std::chrono::minutes{1}, wait);
  for (int i = 1; i < failures && wait < most; ++i) wait *= 2;
  return std::min(wait, most) + jitter();
}

milliseconds Schedule::jitter() {
  std::uniform_int_distribution<milliseconds::rep> jitter(0, milliseconds(poll_.jitter).count());
  return milliseconds(jitter(random_));
}

void run_worker(const Config& config, const Poll& poll, const std::stop_token& stop) {
  Worker worker(config, poll);
  const auto threads = std::min(config.mailboxes.size(), static_cast<std::size_t>(config.poll.parallel));
  run_on_threads(threads, [&] { worker.work(stop); });
}

}  // namespace tlsrpt::collector

#include "collector/worker.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

namespace tlsrpt::collector {

namespace {

using Clock = std::chrono::steady_clock;

struct Turn {
  Clock::time_point due;
  const MailboxConfig* mailbox = nullptr;
  int failures = 0;

  bool operator>(const Turn& other) const { return due > other.due; }
};

class Worker {
 public:
  Worker(const Config& config, const std::function<bool(const MailboxConfig&)>& poll)
      : poll_(poll), schedule_(config.poll, std::random_device{}()) {
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
      const bool well = poll_(*turn.mailbox);
      lock.lock();
      turn.failures = well ? 0 : turn.failures + 1;
      turn.due = Clock::now() + schedule_.wait(turn.failures);
      turns_.push(turn);
      changed_.notify_all();
    }
  }

 private:
  const std::function<bool(const MailboxConfig&)>& poll_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  Schedule schedule_;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;
};

}  // namespace

std::chrono::milliseconds Schedule::wait(int failures) {
  using std::chrono::milliseconds;
  std::uniform_int_distribution<milliseconds::rep> jitter(0, milliseconds(poll_.jitter).count());
  auto wait = milliseconds(poll_.every);
  if (failures > 0) {
    const auto most = std::max<milliseconds>(std::chrono::hours{1}, poll_.every);
    wait = std::min<milliseconds>(std::chrono::minutes{1}, poll_.every);
    for (int i = 1; i < failures && wait < most; ++i) wait *= 2;
    wait = std::min(wait, most);
  }
  return wait + milliseconds(jitter(random_));
}

void run_worker(const Config& config, const std::function<bool(const MailboxConfig&)>& poll,
                const std::stop_token& stop) {
  Worker worker(config, poll);
  const auto threads = std::min(config.mailboxes.size(), static_cast<std::size_t>(config.poll.parallel));
  std::vector<std::jthread> helpers;
  for (std::size_t i = 1; i < threads; ++i) helpers.emplace_back([&] { worker.work(stop); });
  worker.work(stop);
}

}  // namespace tlsrpt::collector

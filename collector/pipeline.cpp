#include "collector/pipeline.hpp"

#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "collector/bounded_queue.hpp"

namespace tlsrpt::collector {

namespace {

constexpr std::size_t kMessageOverhead = 512;

std::size_t weight(const std::vector<imap::FetchedMessage>& group) noexcept {
  std::size_t sum = 0;
  for (const auto& message : group) sum += kMessageOverhead + message.body.size();
  return sum;
}

std::size_t weight(const parser::Report& report) noexcept {
  std::size_t sum = sizeof(parser::Report);
  for (const auto& policy : report.policies) {
    sum += sizeof(policy) + policy.failure_details.size() * 2 * sizeof(parser::FailureDetail);
    for (const auto& line : policy.policy_string) sum += sizeof(std::string) + line.size();
  }
  return sum;
}

// Keeps the first exception that any of the threads met.
class FirstFailure {
 public:
  void keep(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
  }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace

std::size_t weight(const db::NewMessage& message) noexcept {
  std::size_t sum = kMessageOverhead + message.raw.size();
  for (const auto& report : message.reports) sum += report.parsed.raw.size() + weight(report.parsed.report);
  return sum;
}

void run_pipeline(const PipelineSteps& steps, const PipelineBounds& bounds) {
  using Fetched = std::vector<imap::FetchedMessage>;
  using Parsed = std::vector<db::NewMessage>;
  BoundedQueue<Fetched> fetched(bounds.queue_bytes);
  BoundedQueue<Parsed> parsed(bounds.queue_bytes);
  FirstFailure failure;

  const auto give_up = [&] {
    failure.keep(std::current_exception());
    fetched.abandon();
    parsed.abandon();
  };

  const auto parse = [&] {
    try {
      while (auto group = fetched.pop()) {
        Parsed messages;
        messages.reserve(group->size());
        std::size_t heavy = 0;
        for (auto& message : *group) heavy += weight(messages.emplace_back(steps.parse(std::move(message))));
        if (!parsed.push(std::move(messages), heavy)) return;
      }
      parsed.close();
    } catch (...) {
      give_up();
    }
  };

  const auto write = [&] {
    try {
      Parsed batch;
      std::size_t heavy = 0;
      while (auto messages = parsed.pop()) {
        for (auto& message : *messages) {
          const auto more = weight(message);
          if (!batch.empty() && (batch.size() >= bounds.batch_messages || heavy + more > bounds.batch_bytes)) {
            steps.write(std::exchange(batch, {}));
            heavy = 0;
          }
          heavy += more;
          batch.push_back(std::move(message));
        }
      }
      if (!batch.empty()) steps.write(std::move(batch));
    } catch (...) {
      give_up();
    }
  };

  {
    std::jthread parse_thread;
    std::jthread write_thread;
    // A lost connection is no reason to lose what it brought: the other two finish what was fetched.
    try {
      parse_thread = std::jthread(parse);
      write_thread = std::jthread(write);
      steps.fetch([&](Fetched group) {
        const auto heavy = weight(group);
        return fetched.push(std::move(group), heavy);
      });
    } catch (...) {
      failure.keep(std::current_exception());
    }
    fetched.close();
  }
  failure.rethrow();
}

}  // namespace tlsrpt::collector

#include "collector/pipeline.hpp"

#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "collector/bounded_queue.hpp"
#include "collector/weight.hpp"

namespace tlsrpt::collector {

namespace {

constexpr std::size_t kMessageOverhead = 512;

std::size_t fetched_weight(const std::vector<imap::FetchedMessage>& group) noexcept {
  std::size_t sum = 0;
  for (const auto& message : group) sum += kMessageOverhead + message.body.size();
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

class Pipeline {
 public:
  Pipeline(const PipelineSteps& steps, const PipelineBounds& bounds) : steps_(steps), bounds_(bounds) {}

  void run() {
    {
      std::jthread parse_thread;
      std::jthread write_thread;
      // A lost connection is no reason to lose what it brought: the other two finish what was fetched.
      try {
        parse_thread = std::jthread([this] { unless_it_fails(&Pipeline::parse); });
        write_thread = std::jthread([this] { unless_it_fails(&Pipeline::write); });
        steps_.fetch([this](Fetched group) {
          const auto heavy = fetched_weight(group);
          return fetched_.push(std::move(group), heavy);
        });
      } catch (...) {
        failure_.keep(std::current_exception());
      }
      fetched_.close();
    }
    failure_.rethrow();
  }

 private:
  using Fetched = std::vector<imap::FetchedMessage>;
  using Parsed = std::vector<db::NewMessage>;

  void unless_it_fails(void (Pipeline::*step)()) {
    try {
      (this->*step)();
    } catch (...) {
      failure_.keep(std::current_exception());
      fetched_.abandon();
      parsed_.abandon();
    }
  }

  void parse() {
    while (auto group = fetched_.pop()) {
      fetched_.release(fetched_weight(*group));
      Parsed messages;
      std::size_t heavy = 0;
      for (auto& message : *group) {
        if (!parsed_.wait_for_room()) return;
        heavy += weight(messages.emplace_back(steps_.parse(std::move(message))));
        if (heavy > bounds_.queue_bytes && !parsed_.push(std::exchange(messages, {}), std::exchange(heavy, 0))) return;
      }
      if (!messages.empty() && !parsed_.push(std::move(messages), heavy)) return;
    }
    parsed_.close();
  }

  void write() {
    while (auto messages = parsed_.pop()) {
      for (auto& message : *messages) {
        const auto more = weight(message);
        if (batch_.size() >= bounds_.batch_messages || batch_bytes_ + more > bounds_.batch_bytes) flush();
        batch_bytes_ += more;
        batch_.push_back(std::move(message));
        if (batch_bytes_ > bounds_.batch_bytes) flush();
      }
    }
    flush();
  }

  void flush() {
    if (batch_.empty()) return;
    steps_.write(std::exchange(batch_, {}));
    parsed_.release(std::exchange(batch_bytes_, 0));
  }

  const PipelineSteps& steps_;
  const PipelineBounds& bounds_;
  BoundedQueue<Fetched> fetched_{bounds_.queue_bytes};
  // What is in a batch is there until it is written: however much one mail unpacks to, the next waits for it.
  BoundedQueue<Parsed> parsed_{bounds_.batch_bytes + bounds_.queue_bytes};
  Parsed batch_;
  std::size_t batch_bytes_ = 0;
  FirstFailure failure_;
};

}  // namespace

void run_pipeline(const PipelineSteps& steps, const PipelineBounds& bounds) {
  Pipeline(steps, bounds).run();
}

}  // namespace tlsrpt::collector

#include "collector/pipeline.hpp"

#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "collector/bounded_queue.hpp"
#include "collector/weight.hpp"

namespace tlsrpt::collector {

namespace {

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
      std::jthread write_thread;
      // A lost connection is no reason to lose what it brought: what was fetched is written all the same.
      try {
        write_thread = std::jthread([this] { write_unless_it_fails(); });
        steps_.fetch([this](std::vector<imap::FetchedMessage> group) { return parse(std::move(group)); });
      } catch (...) {
        failure_.keep(std::current_exception());
      }
      parsed_.close();
    }
    failure_.rethrow();
  }

 private:
  using Parsed = std::vector<db::RenderedMessage>;

  // False where nobody will take another message.
  bool parse(std::vector<imap::FetchedMessage> group) {
    Parsed messages;
    std::size_t heavy = 0;
    for (auto& message : group) {
      if (!parsed_.wait_for_room()) return false;
      heavy += weight(messages.emplace_back(steps_.parse(std::move(message))));
      if (heavy > bounds_.queue_bytes && !parsed_.push(std::exchange(messages, {}), std::exchange(heavy, 0)))
        return false;
    }
    return messages.empty() || parsed_.push(std::move(messages), heavy);
  }

  void write_unless_it_fails() {
    try {
      write();
    } catch (...) {
      failure_.keep(std::current_exception());
      parsed_.abandon();
    }
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

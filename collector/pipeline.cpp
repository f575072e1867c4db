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
      try {
        write_thread = std::jthread([this] { write_unless_it_fails(); });
        fetch();
        hand_over();
      } catch (...) {
        failure_.keep(std::current_exception());
      }
      batches_.close();
    }
    failure_.rethrow();
  }

 private:
  struct Batch {
    std::vector<db::RenderedMessage> messages;
    std::size_t weight = 0;
  };

  // A lost connection is no reason to lose what it brought: that is written all the same.
  void fetch() {
    try {
      steps_.fetch([this](std::vector<imap::FetchedMessage> group) { return parse(std::move(group)); });
    } catch (...) {
      failure_.keep(std::current_exception());
    }
  }

  // False where nobody will take another message.
  bool parse(std::vector<imap::FetchedMessage> group) {
    for (auto& fetched : group) {
      if (!batches_.wait_for_room()) return false;
      auto message = steps_.parse(std::move(fetched));
      const auto more = weight(message);
      if (batch_.messages.size() >= bounds_.batch_messages || batch_.weight + more > bounds_.batch_bytes) hand_over();
      batch_.weight += more;
      batch_.messages.push_back(std::move(message));
      if (batch_.weight > bounds_.batch_bytes || is_awaited()) hand_over();
    }
    return true;
  }

  // Whether the writer has nothing else to do, and what is there is worth a transaction.
  bool is_awaited() { return batch_.messages.size() >= bounds_.least_messages && batches_.is_awaited(); }

  // Where nobody takes it any more, the next wait for room says so.
  void hand_over() {
    const auto weight = batch_.weight;
    if (!batch_.messages.empty()) batches_.push(std::exchange(batch_, {}), weight);
  }

  void write_unless_it_fails() {
    try {
      write();
    } catch (...) {
      failure_.keep(std::current_exception());
      batches_.abandon();
    }
  }

  void write() {
    while (auto batch = batches_.pop()) {
      steps_.write(std::move(batch->messages));
      batches_.release(batch->weight);
    }
  }

  const PipelineSteps& steps_;
  const PipelineBounds& bounds_;
  // Others are filled while one is written, as long as those that wait weigh no more than one may. What is written
  // counts until it is: however much one mail unpacks to, the next waits for it.
  BoundedQueue<Batch> batches_{bounds_.batch_bytes};
  Batch batch_;
  FirstFailure failure_;
};

}  // namespace

void run_pipeline(const PipelineSteps& steps, const PipelineBounds& bounds) {
  Pipeline(steps, bounds).run();
}

}  // namespace tlsrpt::collector

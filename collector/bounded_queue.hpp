#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace tlsrpt::collector {

// Joins two threads. Items count by weight (bytes) from push() until the taker releases them: beyond `capacity` the
// giver waits, so that at most one item more than that is there.
template <typename Item>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  // Waits until no more than the capacity is there. False once the queue is closed: nobody will take another item.
  bool wait_for_room() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return closed_ || weight_ <= capacity_; });
    return !closed_;
  }

  // Waits for room. False once the queue is closed.
  bool push(Item item, std::size_t weight) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return closed_ || weight_ <= capacity_; });
    if (closed_) return false;
    weight_ += weight;
    items_.push_back(std::move(item));
    filled_.notify_one();
    return true;
  }

  // Whether somebody waits in pop(), and nothing was pushed since.
  bool is_awaited() {
    const std::lock_guard lock(mutex_);
    return taker_waits_ && items_.empty();
  }

  // None when the queue is closed and empty.
  std::optional<Item> pop() {
    std::unique_lock lock(mutex_);
    taker_waits_ = true;
    filled_.wait(lock, [&] { return closed_ || !items_.empty(); });
    taker_waits_ = false;
    if (items_.empty()) return std::nullopt;
    std::optional<Item> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

  // What was popped and had this weight is gone.
  void release(std::size_t weight) {
    const std::lock_guard lock(mutex_);
    weight_ -= weight;
    room_.notify_one();
  }

  // No more items will come: what is inside can still be popped.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_all();
    filled_.notify_all();
  }

  // The taker gives up: what is inside is dropped, and push() fails.
  void abandon() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    items_.clear();
    room_.notify_all();
    filled_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable filled_;
  std::deque<Item> items_;
  const std::size_t capacity_;
  std::size_t weight_ = 0;
  bool closed_ = false;
  bool taker_waits_ = false;
};

}  // namespace tlsrpt::collector

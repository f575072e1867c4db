#include "collector/worker.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace tlsrpt::collector;
using std::chrono::milliseconds;

namespace {

Config config_of(int mailboxes, int parallel) {
  Config config;
  config.poll = {.every = std::chrono::seconds{0}, .jitter = std::chrono::seconds{0}, .parallel = parallel};
  for (int i = 0; i < mailboxes; ++i) config.mailboxes.push_back({.name = std::to_string(i)});
  return config;
}

}  // namespace

TEST_CASE("a schedule waits for `every` after success, plus at most the jitter") {
  Schedule schedule({.every = std::chrono::minutes{15}, .jitter = std::chrono::seconds{30}}, 1);
  for (int i = 0; i < 1000; ++i) {
    const auto wait = schedule.wait();
    CHECK(wait >= std::chrono::minutes{15});
    CHECK(wait <= std::chrono::minutes{15} + std::chrono::seconds{30});
  }
}

TEST_CASE("imap-5, imap-27: a schedule doubles its wait with each failure in a row, from a minute to an hour") {
  Schedule schedule({.every = std::chrono::minutes{15}, .jitter = std::chrono::seconds{0}}, 1);
  CHECK(schedule.wait(1, Reaction::kTryLater) == std::chrono::minutes{1});
  CHECK(schedule.wait(2, Reaction::kTryLater) == std::chrono::minutes{2});
  CHECK(schedule.wait(6, Reaction::kTryLater) == std::chrono::minutes{32});
  CHECK(schedule.wait(7, Reaction::kTryLater) == std::chrono::hours{1});
  CHECK(schedule.wait(1000, Reaction::kTryLater) == std::chrono::hours{1});
}

TEST_CASE("a schedule of short polls starts its back-off at the poll's own length") {
  Schedule schedule({.every = std::chrono::seconds{10}, .jitter = std::chrono::seconds{0}}, 1);
  CHECK(schedule.wait(1, Reaction::kTryLater) == std::chrono::seconds{10});
  CHECK(schedule.wait(2, Reaction::kTryLater) == std::chrono::seconds{20});
}

TEST_CASE("a schedule does not repeat more often than usual what somebody must put right first") {
  Schedule schedule({.every = std::chrono::minutes{15}, .jitter = std::chrono::seconds{0}}, 1);
  for (const auto reaction : {Reaction::kStop, Reaction::kBug}) {
    CHECK(schedule.wait(1, reaction) == std::chrono::minutes{15});
    CHECK(schedule.wait(2, reaction) == std::chrono::minutes{30});
    CHECK(schedule.wait(3, reaction) == std::chrono::hours{1});
    CHECK(schedule.wait(1000, reaction) == std::chrono::hours{1});
  }
  Schedule daily({.every = std::chrono::hours{24}, .jitter = std::chrono::seconds{0}}, 1);
  CHECK(daily.wait(1000, Reaction::kStop) == std::chrono::hours{24});
}

TEST_CASE("a worker visits 50 mailboxes, at most `parallel` at once and never one twice at a time") {
  const auto config = config_of(50, 4);
  std::mutex mutex;
  std::map<std::string, int> visits;
  std::map<std::string, int> at_once;
  int running = 0;
  int most = 0;
  int total = 0;
  bool overlapped = false;
  std::stop_source stop;
  run_worker(
      config,
      [&](const MailboxConfig& mailbox) -> std::optional<Reaction> {
        {
          const std::lock_guard enter(mutex);
          ++total;
          ++visits[mailbox.name];
          overlapped = overlapped || at_once[mailbox.name]++ > 0;
          most = std::max(most, ++running);
        }
        std::this_thread::yield();
        const std::lock_guard leave(mutex);
        --running;
        --at_once[mailbox.name];
        if (total >= 500) stop.request_stop();
        return std::nullopt;
      },
      stop.get_token());
  CHECK_FALSE(overlapped);
  CHECK(most <= 4);
  CHECK(visits.size() == 50);
}

TEST_CASE("a worker visits mailboxes that are all overdue in turn") {
  const auto config = config_of(50, 1);
  std::map<std::string, int> visits;
  int total = 0;
  std::stop_source stop;
  run_worker(
      config,
      [&](const MailboxConfig& mailbox) -> std::optional<Reaction> {
        ++visits[mailbox.name];
        if (++total == 500) stop.request_stop();
        return std::nullopt;
      },
      stop.get_token());
  REQUIRE(visits.size() == 50);
  const auto [least, greatest] =
      std::ranges::minmax_element(visits, {}, [](const auto& visit) { return visit.second; });
  CHECK(greatest->second - least->second <= 1);
}

TEST_CASE("a worker polls as many mailboxes at once as `parallel` says") {
  const auto config = config_of(4, 4);
  std::mutex mutex;
  std::condition_variable all_there;
  int inside = 0;
  std::stop_source stop;
  run_worker(
      config,
      [&](const MailboxConfig&) -> std::optional<Reaction> {
        std::unique_lock lock(mutex);
        if (++inside == 4) stop.request_stop();
        all_there.notify_all();
        all_there.wait(lock, [&] { return inside >= 4; });  // ends only if four are inside together
        return std::nullopt;
      },
      stop.get_token());
  CHECK(inside == 4);
}

TEST_CASE("a worker that is asked to stop while it waits returns") {
  auto config = config_of(1, 1);
  config.poll.every = std::chrono::hours{1};
  std::stop_source stop;
  std::jthread stopper;
  run_worker(
      config,
      [&](const MailboxConfig&) -> std::optional<Reaction> {
        stopper = std::jthread([&] { stop.request_stop(); });
        return std::nullopt;
      },
      stop.get_token());
  CHECK(stop.stop_requested());
}

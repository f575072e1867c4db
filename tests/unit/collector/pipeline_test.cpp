#include "collector/pipeline.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "collector/weight.hpp"

using namespace tlsrpt;
using collector::run_pipeline;

namespace {

using Group = std::vector<imap::FetchedMessage>;
using Sink = std::function<bool(Group)>;

Group group(imap::Uid first, std::size_t count, std::size_t bytes = 10) {
  Group messages(count);
  for (auto& message : messages) {
    message.uid = first++;
    message.body.assign(bytes, 'x');
  }
  return messages;
}

db::RenderedMessage parse(const imap::FetchedMessage& fetched) {
  db::RenderedMessage rendered;
  rendered.message.uid = fetched.uid;
  rendered.message.raw = fetched.body;
  return rendered;
}

struct Written {
  std::vector<std::uint64_t> uids;
  std::vector<std::size_t> batches;
  std::function<void(std::vector<db::RenderedMessage>)> step() {
    return [this](const std::vector<db::RenderedMessage>& batch) {
      batches.push_back(batch.size());
      for (const auto& message : batch) uids.push_back(*message.message.uid);
    };
  }
};

std::vector<std::uint64_t> count_up(std::uint64_t most) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t n = 1; n <= most; ++n) numbers.push_back(n);
  return numbers;
}

}  // namespace

TEST_CASE("a pipeline writes every message once, in order, in batches of the given size") {
  Written written;
  run_pipeline({.fetch =
                    [](const Sink& sink) {
                      for (imap::Uid at = 1; at <= 1000; at += 10) CHECK(sink(group(at, 10)));
                    },
                .parse = parse,
                .write = written.step()},
               {.batch_messages = 300});
  CHECK(written.uids == count_up(1000));
  CHECK(written.batches == std::vector<std::size_t>{300, 300, 300, 100});
}

TEST_CASE("a writer that has nothing to do gets what is there, if that is enough for a batch") {
  Written written;
  std::atomic<bool> is_written = false;
  run_pipeline({.fetch =
                    [&](const Sink& sink) {
                      for (imap::Uid at = 1; !is_written && at < 10'000; ++at) {
                        sink(group(at, 1));
                        std::this_thread::sleep_for(std::chrono::milliseconds{1});  // the writer may not wait yet
                      }
                      CHECK(is_written);
                    },
                .parse = parse,
                .write =
                    [&](const std::vector<db::RenderedMessage>& batch) {
                      written.step()(batch);
                      is_written = true;
                    }},
               {.least_messages = 20, .batch_messages = 1u << 30, .batch_bytes = 1u << 30});
  CHECK(written.batches.front() >= 20);
  CHECK(written.uids == count_up(written.uids.size()));
}

TEST_CASE("a pipeline ends a batch before it grows over its bytes, and lets one large message pass alone") {
  Written written;
  run_pipeline({.fetch =
                    [](const Sink& sink) {
                      sink(group(1, 3, 1000));
                      sink(group(4, 1, 100'000));
                      sink(group(5, 1, 1000));
                    },
                .parse = parse,
                .write = written.step()},
               {.batch_bytes = 5000});
  CHECK(written.uids == count_up(5));
  CHECK(written.batches == std::vector<std::size_t>{3, 1, 1});
}

TEST_CASE("the next message is not parsed while one that unpacked to more than a batch is not written") {
  std::atomic<int> parsed = 0;
  std::atomic<int> most = 0;
  run_pipeline(
      {.fetch = [](const Sink& sink) { sink(group(1, 20)); },
       .parse =
           [&](const imap::FetchedMessage& fetched) {
             auto message = parse(fetched);
             message.message.raw.assign(100'000, 'x');
             most = std::max(most.load(), ++parsed);
             return message;
           },
       .write = [&](const std::vector<db::RenderedMessage>& batch) { parsed -= static_cast<int>(batch.size()); }},
      {.batch_bytes = 5000});
  CHECK(most == 1);
}

TEST_CASE("a message weighs what its report's texts do") {
  db::NewMessage message;
  const auto light = collector::weight(db::Renderer{}.render(message));
  parser::FailureDetail detail;
  detail.additional_information = std::string(10'000, 'x');
  parser::Policy policy;
  policy.failure_details.assign(100, detail);
  message.reports.emplace_back().parsed.report.policies.push_back(policy);
  const auto heavy = collector::weight(db::Renderer{}.render(message)) - light;
  CHECK(heavy > 1'000'000);
  CHECK(heavy < 1'250'000);
}

TEST_CASE("a pipeline without messages writes nothing") {
  Written written;
  run_pipeline({.fetch = [](const Sink&) {}, .parse = parse, .write = written.step()}, {});
  CHECK(written.batches.empty());
}

TEST_CASE("a connection lost while fetching leaves what had been fetched written") {
  Written written;
  CHECK_THROWS_WITH_AS(run_pipeline({.fetch =
                                         [](const Sink& sink) {
                                           sink(group(1, 5));
                                           throw std::runtime_error("connection lost");
                                         },
                                     .parse = parse,
                                     .write = written.step()},
                                    {}),
                       "connection lost", std::runtime_error);
  CHECK(written.uids == count_up(5));
}

TEST_CASE("a failure while parsing ends the fetch and is rethrown, and what came before is written") {
  Written written;
  CHECK_THROWS_WITH_AS(run_pipeline({.fetch =
                                         [&](const Sink& sink) {
                                           imap::Uid at = 1;
                                           while (sink(group(at, 1))) ++at;
                                         },
                                     .parse = [](const imap::FetchedMessage& fetched) -> db::RenderedMessage {
                                       if (fetched.uid == 50) throw std::logic_error("a bug");
                                       return parse(fetched);
                                     },
                                     .write = written.step()},
                                    {.batch_messages = 10}),
                       "a bug", std::logic_error);
  CHECK(written.uids == count_up(49));
}

TEST_CASE("a failure while writing ends the fetch and is rethrown, and earlier batches stay") {
  std::vector<std::size_t> batches;
  bool refused = false;
  CHECK_THROWS_WITH_AS(run_pipeline({.fetch =
                                         [&](const Sink& sink) {
                                           imap::Uid at = 1;
                                           while (sink(group(at, 1))) ++at;
                                           refused = true;
                                         },
                                     .parse = parse,
                                     .write =
                                         [&](const std::vector<db::RenderedMessage>& batch) {
                                           if (batches.size() == 2) throw std::runtime_error("database gone");
                                           batches.push_back(batch.size());
                                         }},
                                    {.batch_messages = 10, .batch_bytes = 20'000}),
                       "database gone", std::runtime_error);
  CHECK(refused);
  CHECK(batches == std::vector<std::size_t>{10, 10});
}

// Threads of a gigabyte's stack, and room for half of one.
class RoomForNoThread {
 public:
  RoomForNoThread() {
    pthread_getattr_default_np(&attributes_before_);
    pthread_attr_t attributes;
    pthread_getattr_default_np(&attributes);
    pthread_attr_setstacksize(&attributes, kStack);
    REQUIRE(pthread_setattr_default_np(&attributes) == 0);
    pthread_attr_destroy(&attributes);
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    getrlimit(RLIMIT_AS, &limit_before_);
    rlimit limit = limit_before_;
    limit.rlim_cur = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + kStack / 2;
    REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
  }
  ~RoomForNoThread() {
    setrlimit(RLIMIT_AS, &limit_before_);
    pthread_setattr_default_np(&attributes_before_);
    pthread_attr_destroy(&attributes_before_);
  }
  RoomForNoThread(const RoomForNoThread&) = delete;
  RoomForNoThread& operator=(const RoomForNoThread&) = delete;

 private:
  static constexpr std::size_t kStack = std::size_t{1} << 30;
  pthread_attr_t attributes_before_{};
  rlimit limit_before_{};
};

TEST_CASE("a pipeline whose thread cannot be made fetches nothing, and says so") {
  bool fetched = false;
  const auto run = [&] {
    run_pipeline({.fetch = [&](const Sink&) { fetched = true; },
                  .parse = parse,
                  .write = [](const std::vector<db::RenderedMessage>&) {}},
                 {});
  };
  const RoomForNoThread room;
  CHECK_THROWS_AS(run(), std::system_error);
  CHECK_FALSE(fetched);
}

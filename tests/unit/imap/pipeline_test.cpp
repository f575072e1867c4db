#include <chrono>
#include <cstdint>
#include <utility>

#include <doctest/doctest.h>

#include "collector/imap/fetch_pipe.hpp"
#include "collector/imap/pipeline_depth.hpp"
#include "collector/imap/stall_clock.hpp"

using namespace std::chrono_literals;
using namespace tlsrpt::imap;

namespace {

// The depth that is settled on when a command takes `interval`.
std::size_t settled_depth(PipelineDepth::Clock::duration round_trip, PipelineDepth::Clock::duration interval) {
  PipelineDepth depth(round_trip);
  PipelineDepth::Clock::time_point now{};
  for (int i = 0; i < 200; ++i) depth.completed(now += interval);
  return depth.commands();
}

}  // namespace

TEST_CASE("The pipe is three commands deep where the way is short, and deeper where it is long") {
  CHECK(settled_depth(0ms, 1ms) == 3);
  CHECK(settled_depth(50us, 1ms) == 3);
  CHECK(settled_depth(10500us, 1ms) == 23);
  CHECK(settled_depth(50500us, 10ms) == 13);
  CHECK(settled_depth(10min, 1ms) == 63);
  CHECK(settled_depth(PipelineDepth::Clock::duration::max(), 0ms) == 63);
}

TEST_CASE("A pipe that runs dry once in a round trip gets deeper until it does not") {
  PipelineDepth depth(50ms);
  PipelineDepth::Clock::time_point now{};
  for (int i = 0; i < 100; ++i) depth.completed(now += 25ms);
  std::size_t before = depth.commands();
  CHECK(before == 7);
  // As many answers a round trip as commands are in flight: the server could do more.
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 100; ++i) depth.completed(now += 50ms / before);
    CHECK(depth.commands() > before);
    before = depth.commands();
  }
  CHECK(before > 60);
}

TEST_CASE("As many bodies are asked for as the pipe is deep, and one more as each is answered") {
  for (const auto& [round_trip, depth] : {std::pair{0ms, 3}, {10ms, 13}, {200ms, 63}}) {
    FetchPipe pipe(round_trip);
    CHECK(pipe.depth() == depth);
    for (int i = 0; i < depth; ++i) {
      REQUIRE(pipe.has_room());
      pipe.asked(1000);
    }
    CHECK_FALSE(pipe.has_room());
    pipe.completed(1000, FetchPipe::Clock::time_point{});
    CHECK(pipe.has_room());
  }
}

TEST_CASE("Large bodies fill the pipe by their bytes, however deep it is") {
  constexpr std::uint64_t kChunk = 4u << 20;
  FetchPipe pipe(200ms);
  for (int i = 0; i < 4; ++i) {
    REQUIRE(pipe.has_room());
    pipe.asked(kChunk);
  }
  CHECK_FALSE(pipe.has_room());
  pipe.completed(kChunk, FetchPipe::Clock::time_point{});
  CHECK(pipe.has_room());
  pipe.asked(
      20u << 20);  // one message may be larger than all that; it is asked for all the same, and nothing beside it
  CHECK_FALSE(pipe.has_room());
  pipe.completed(kChunk, FetchPipe::Clock::time_point{});
  CHECK_FALSE(pipe.has_room());
}

TEST_CASE("A server stalls when nothing came for the whole limit") {
  StallClock clock(10s);
  clock.waited(9s);
  CHECK_FALSE(clock.is_up());
  CHECK(clock.left() == 1s);
  clock.waited(1s);
  CHECK(clock.is_up());
}

TEST_CASE("A kilobyte is progress, and a byte less is none") {
  StallClock clock(10s);
  clock.waited(9s);
  clock.received(1023);
  CHECK(clock.left() == 1s);
  CHECK(clock.bytes() == 1023);
  clock.received(1);
  CHECK(clock.left() == 10s);
  CHECK(clock.bytes() == 0);
}

TEST_CASE("A completed command is progress") {
  StallClock clock(10s);
  clock.waited(9s);
  clock.restart();
  CHECK(clock.left() == 10s);
}

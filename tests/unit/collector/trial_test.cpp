#include "collector/trial.hpp"

#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include <doctest/doctest.h>
#include <unistd.h>

using tlsrpt::collector::survives;

namespace {
constexpr std::chrono::seconds kLong{60};
}

TEST_CASE("an attempt that returns survives, and what it did stays in its own process") {
  int value = 1;
  CHECK(survives([&] { value = 2; }, kLong));
  CHECK(value == 1);
}

TEST_CASE("an attempt that throws survives: an exception is an answer") {
  CHECK(survives([] { throw std::runtime_error("no"); }, kLong));
}

TEST_CASE("an attempt that a signal ends does not survive") {
  CHECK_FALSE(survives([] { std::abort(); }, kLong));
  CHECK_FALSE(survives([] { raise(SIGKILL); }, kLong));
}

TEST_CASE("an attempt that never ends does not survive") {
  CHECK_FALSE(survives([] { pause(); }, std::chrono::milliseconds{50}));
}

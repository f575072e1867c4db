#include "collector/counts.hpp"

#include <doctest/doctest.h>

using namespace tlsrpt;

TEST_CASE("counts are described by the outcomes that occurred") {
  CHECK(collector::describe({.fetched = 120, .stored = 110, .ignored = 6, .quarantined = 4}) ==
        "120 messages: 110 stored, 6 ignored, 4 quarantined");
  CHECK(collector::describe({.fetched = 1, .partial = 1}) == "1 message: 1 partial");
  CHECK(collector::describe({}) == "0 messages");
}

TEST_CASE("counts add up member by member") {
  db::PollRun sum{
      .fetched = 1, .stored = 2, .updated = 3, .duplicate = 4, .ignored = 5, .quarantined = 6, .partial = 7};
  collector::add(
      sum,
      {.fetched = 10, .stored = 20, .updated = 30, .duplicate = 40, .ignored = 50, .quarantined = 60, .partial = 70});
  CHECK(sum.fetched == 11);
  CHECK(sum.stored == 22);
  CHECK(sum.updated == 33);
  CHECK(sum.duplicate == 44);
  CHECK(sum.ignored == 55);
  CHECK(sum.quarantined == 66);
  CHECK(sum.partial == 77);
}

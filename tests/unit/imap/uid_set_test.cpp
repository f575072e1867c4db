#include "collector/imap/uid_set.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "collector/imap/batches.hpp"

using namespace tlsrpt::imap;

TEST_CASE("Runs of UIDs become ranges, and nothing between them is named") {
  const auto set = [](std::vector<Uid> uids) { return uid_set(uids); };
  CHECK(set({}).empty());
  CHECK(set({7}) == "7");
  CHECK(set({1, 2}) == "1:2");
  CHECK(set({1, 2, 3, 4, 5, 7}) == "1:5,7");
  CHECK(set({1, 3, 5}) == "1,3,5");
  CHECK(set({1, 5, 6, 7, 9, 10}) == "1,5:7,9:10");
}

TEST_CASE("UIDs beyond 32 bits are written in full") {
  CHECK(uid_set(std::vector<Uid>{4294967295, 4294967296, 18446744073709551614u, 18446744073709551615u}) ==
        "4294967295:4294967296,18446744073709551614:18446744073709551615");
}

TEST_CASE("imap-1: batches hold a hundred UIDs, the last what is left, and every UID once") {
  std::vector<Uid> uids(201);
  for (std::size_t i = 0; i < uids.size(); ++i) uids[i] = i + 1;
  const auto parts = batches(uids);
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].size() == 100);
  CHECK(parts[1].size() == 100);
  CHECK(parts[2].size() == 1);
  CHECK(parts[2].front() == 201);
  CHECK(batches(std::span(uids).first(100)).size() == 1);
  CHECK(batches({}).empty());
}

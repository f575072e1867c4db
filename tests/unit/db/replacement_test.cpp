#include "db/replacement.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

namespace tlsrpt::db {
namespace {

using std::chrono::seconds;

parser::Time at(int second) {
  return parser::Time{seconds{1'700'000'000 + second}};
}

parser::Digest content(unsigned char first) {
  return {first};
}

// How the two From domains relate.
enum class Senders { kSame, kOther, kStoredUnknown, kIncomingUnknown, kBothUnknown };
constexpr Senders kAllSenders[] = {Senders::kSame, Senders::kOther, Senders::kStoredUnknown, Senders::kIncomingUnknown,
                                   Senders::kBothUnknown};

std::optional<std::string> stored_domain(Senders senders) {
  if (senders == Senders::kStoredUnknown || senders == Senders::kBothUnknown) return std::nullopt;
  return "sender.example";
}

std::optional<std::string> incoming_domain(Senders senders) {
  if (senders == Senders::kIncomingUnknown || senders == Senders::kBothUnknown) return std::nullopt;
  return senders == Senders::kOther ? "other.example" : "sender.example";
}

struct Situation {
  Authentic stored;
  Authentic incoming;
  Senders senders;
  bool imported;  // the incoming one is the operator's own
  bool same_content;
  int later;  // seconds that the incoming one was received after the stored one
};

Decision decide(const Situation& situation) {
  const Claim stored{.authentic = situation.stored,
                     .received_at = at(0),
                     .content = content(1),
                     .from_domain = stored_domain(situation.senders)};
  const Claim incoming{.authentic = situation.incoming,
                       .received_at = at(situation.later),
                       .content = content(situation.same_content ? 1 : 2),
                       .from_domain = incoming_domain(situation.senders),
                       .operators_own = situation.imported};
  return decide(stored, incoming);
}

constexpr Authentic kUnauthentic[] = {Authentic::kFail, Authentic::kNone, Authentic::kUnknown};
constexpr Authentic kPass[] = {Authentic::kPass};

struct Row {
  std::span<const Authentic> stored;
  std::span<const Authentic> incoming;
  std::vector<Senders> senders;
  std::vector<bool> imported;
  bool same_content;
  Decision when_later;
  Decision when_earlier;
};

const std::vector<Senders> kAll{std::begin(kAllSenders), std::end(kAllSenders)};
const std::vector<bool> kEither{false, true};

const Row kTable[] = {
    // Another content. An authentic report is replaced only by an authentic one.
    {kPass, kPass, kAll, kEither, false, Decision::kReplace, Decision::kKeep},
    {kPass, kUnauthentic, kAll, kEither, false, Decision::kConflict, Decision::kConflict},
    // One of unknown authenticity only by mail of the same From domain, or by an import; authentic is greater then.
    {kUnauthentic, kPass, {Senders::kSame}, kEither, false, Decision::kReplace, Decision::kReplace},
    {kUnauthentic, kPass, kAll, {true}, false, Decision::kReplace, Decision::kReplace},
    {kUnauthentic,
     kPass,
     {Senders::kOther, Senders::kStoredUnknown, Senders::kIncomingUnknown, Senders::kBothUnknown},
     {false},
     false,
     Decision::kConflict,
     Decision::kConflict},
    {kUnauthentic, kUnauthentic, {Senders::kSame}, kEither, false, Decision::kReplace, Decision::kKeep},
    {kUnauthentic, kUnauthentic, kAll, {true}, false, Decision::kReplace, Decision::kKeep},
    {kUnauthentic,
     kUnauthentic,
     {Senders::kOther, Senders::kStoredUnknown, Senders::kIncomingUnknown, Senders::kBothUnknown},
     {false},
     false,
     Decision::kConflict,
     Decision::kConflict},
    // The same content: never a conflict.
    {kPass, kPass, kAll, kEither, true, Decision::kKeepContent, Decision::kKeep},
    {kPass, kUnauthentic, kAll, kEither, true, Decision::kKeep, Decision::kKeep},
    {kUnauthentic, kPass, kAll, kEither, true, Decision::kKeepContent, Decision::kKeepContent},
    {kUnauthentic, kUnauthentic, kAll, {true}, true, Decision::kKeepContent, Decision::kKeep},
    {kUnauthentic,
     kUnauthentic,
     {Senders::kSame, Senders::kStoredUnknown, Senders::kBothUnknown},
     {false},
     true,
     Decision::kKeepContent,
     Decision::kKeep},
    {kUnauthentic,
     kUnauthentic,
     {Senders::kOther, Senders::kIncomingUnknown},
     {false},
     true,
     Decision::kKeep,
     Decision::kKeep},
};

using Key = std::tuple<Authentic, Authentic, Senders, bool, bool>;

}  // namespace

TEST_CASE("every combination of what stands and what comes is decided as the table says") {
  std::vector<Key> seen;
  for (const Row& row : kTable) {
    for (const Authentic stored : row.stored) {
      for (const Authentic incoming : row.incoming) {
        for (const Senders senders : row.senders) {
          for (const bool imported : row.imported) {
            CAPTURE(mime::to_string(stored));
            CAPTURE(mime::to_string(incoming));
            CAPTURE(static_cast<int>(senders));
            CAPTURE(imported);
            CAPTURE(row.same_content);
            CHECK(decide({stored, incoming, senders, imported, row.same_content, 1}) == row.when_later);
            CHECK(decide({stored, incoming, senders, imported, row.same_content, -1}) == row.when_earlier);
            seen.emplace_back(stored, incoming, senders, imported, row.same_content);
          }
        }
      }
    }
  }
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  CHECK(seen.size() == 4 * 4 * 5 * 2 * 2);
}

TEST_CASE("of two contents received in the same second the greater digest stands") {
  const Claim low{.received_at = at(0), .content = content(1), .from_domain = "a.example"};
  const Claim high{.received_at = at(0), .content = content(2), .from_domain = "a.example"};
  CHECK(decide(low, high) == Decision::kReplace);
  CHECK(decide(high, low) == Decision::kKeep);
}

TEST_CASE("a time is greater than none") {
  const Claim timeless{.content = content(9), .from_domain = "a.example"};
  const Claim timed{.received_at = at(0), .content = content(1), .from_domain = "a.example"};
  CHECK(decide(timeless, timed) == Decision::kReplace);
  CHECK(decide(timed, timeless) == Decision::kKeep);
}

TEST_CASE("the very same claim again changes nothing") {
  const Claim claim{
      .authentic = Authentic::kPass, .received_at = at(0), .content = content(1), .from_domain = "a.example"};
  CHECK(decide(claim, claim) == Decision::kKeep);
}

namespace {

// Which claim stands in the end, the first having been stored.
std::size_t standing_after(const std::vector<Claim>& claims, const std::vector<std::size_t>& order) {
  std::size_t standing = order.front();
  for (const std::size_t next : order) {
    const Decision decision = decide(claims[standing], claims[next]);
    if (decision == Decision::kReplace || decision == Decision::kKeepContent) standing = next;
  }
  return standing;
}

void check_every_order(const std::vector<Claim>& claims) {
  std::vector<std::size_t> order(claims.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t expected = standing_after(claims, order);
  while (std::next_permutation(order.begin(), order.end())) CHECK(standing_after(claims, order) == expected);
}

}  // namespace

TEST_CASE("the order in which one sender's mails arrive never matters") {
  std::mt19937 random{8460};
  for (int round = 0; round < 200; ++round) {
    std::vector<Claim> claims;
    claims.reserve(5);
    for (int i = 0; i < 5; ++i) {
      // Mail and imported mail alike; times differ, since two equal claims are one row or the other.
      claims.push_back({.authentic = random() % 3 == 0 ? Authentic::kPass : Authentic::kUnknown,
                        .received_at = i == 0 ? std::nullopt : std::optional{at(i)},
                        .content = content(static_cast<unsigned char>(random() % 3)),
                        .from_domain = "sender.example"});
    }
    std::shuffle(claims.begin(), claims.end(), random);
    check_every_order(claims);
  }
}

TEST_CASE("the order in which a report comes by mail, as .eml and as loose .json never matters") {
  for (const Authentic authentic : {Authentic::kPass, Authentic::kUnknown}) {
    check_every_order({
        {.authentic = authentic, .received_at = at(10), .content = content(1), .from_domain = "sender.example"},
        {.authentic = Authentic::kNone, .received_at = at(9), .content = content(1), .from_domain = "sender.example"},
        {.content = content(1), .operators_own = true},
    });
  }
}

TEST_CASE("the order in which loose files with different contents are imported never matters") {
  check_every_order({{.content = content(1), .operators_own = true},
                     {.content = content(3), .operators_own = true},
                     {.content = content(2), .operators_own = true}});
}

}  // namespace tlsrpt::db

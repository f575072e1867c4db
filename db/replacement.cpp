#include "db/replacement.hpp"

#include <tuple>

namespace tlsrpt::db {
namespace {

bool is_authentic(const Claim& claim) noexcept {
  return claim.authentic == Authentic::kPass;
}

// The order in which arrival does not matter: an absent time is the lowest.
auto rank(const Claim& claim) {
  return std::tuple{is_authentic(claim), claim.received_at, claim.content};
}

bool same_sender(const Claim& a, const Claim& b) {
  return a.from_domain && a.from_domain == b.from_domain;
}

// Identities are easy to guess, so not everyone who knows one may put another content in its place.
bool may_replace(const Claim& stored, const Claim& incoming) {
  if (is_authentic(stored)) return is_authentic(incoming);
  return same_sender(stored, incoming) || incoming.operators_own;
}

// The content stays; whose envelope stands by it matters less, but is no stranger's to take either.
bool may_stand_by(const Claim& stored, const Claim& incoming) {
  return is_authentic(incoming) || incoming.operators_own || !stored.from_domain || same_sender(stored, incoming);
}

}  // namespace

Decision decide(const Claim& stored, const Claim& incoming) {
  const bool is_greater = rank(incoming) > rank(stored);
  if (stored.content == incoming.content) {
    return is_greater && may_stand_by(stored, incoming) ? Decision::kKeepContent : Decision::kKeep;
  }
  if (!may_replace(stored, incoming)) return Decision::kConflict;
  return is_greater ? Decision::kReplace : Decision::kKeep;
}

}  // namespace tlsrpt::db

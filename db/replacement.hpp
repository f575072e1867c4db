#pragma once

#include <optional>
#include <string>

#include "db/store.hpp"

// Who may replace whose report, as a pure function.
namespace tlsrpt::db {

// What decides between two contents under one identity.
struct Claim {
  Authentic authentic = Authentic::kUnknown;
  std::optional<parser::Time> received_at;
  parser::Digest content{};
  std::optional<std::string> from_domain;  // none for bare imports
  bool operators_own = false;              // this claim comes by `import`
};

enum class Decision {
  kKeep,         // `duplicate`: the stored one stays as it is
  kKeepContent,  // `duplicate`: the same content; the incoming one's envelope (received_at, authentic, …) is taken
  kReplace,      // `updated`
  kConflict,     // quarantined
};

[[nodiscard]] Decision decide(const Claim& stored, const Claim& incoming);

}  // namespace tlsrpt::db

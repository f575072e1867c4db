#pragma once

#include <exception>
#include <string>

#include "collector/exit_code.hpp"

// The one place that decides what an error means.
namespace tlsrpt::collector {

enum class Reaction {
  kTryLater,  // the world is down, or in our way: end this pass, back off, try again
  kStop,      // somebody must act first: configuration, credentials, certificate, input, output
  kBug,       // ours: please report
};

struct Judgement {
  Reaction reaction = Reaction::kBug;
  ExitCode exit_code = ExitCode::kBug;
  std::string text;  // the whole chain of std::throw_with_nested, outermost first: "mailbox X: imaps://host: cause"
};

// The outermost exception of a kind that says something decides; plain ones around it only say where.
[[nodiscard]] Judgement react(const std::exception_ptr& error);

}  // namespace tlsrpt::collector

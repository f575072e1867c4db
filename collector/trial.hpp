#pragma once

#include <chrono>
#include <functional>

namespace tlsrpt::collector {

// Reading a message takes milliseconds.
inline constexpr std::chrono::seconds kTrialPatience{30};

// Runs `attempt` in a child process and says whether the child came through: false if a signal ended it or if it took
// longer than `patience` (it is killed then). What `attempt` does stays in the child. Used on messages that may have
// ended earlier runs: a guilty message is known for certain, and a run that was merely killed accuses nobody.
[[nodiscard]] bool survives(const std::function<void()>& attempt, std::chrono::milliseconds patience);

}  // namespace tlsrpt::collector

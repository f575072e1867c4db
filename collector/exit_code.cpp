#include "collector/exit_code.hpp"

#include <algorithm>
#include <array>

namespace tlsrpt::collector {

ExitCode worse(ExitCode a, ExitCode b) noexcept {
  constexpr std::array kWorstFirst = {ExitCode::kBug,         ExitCode::kConfiguration, ExitCode::kLoginRefused,
                                      ExitCode::kUnavailable, ExitCode::kTryLater,      ExitCode::kCannotWrite,
                                      ExitCode::kNoInput,     ExitCode::kBadInput,      ExitCode::kUsage,
                                      ExitCode::kOk};
  return *std::ranges::find_if(kWorstFirst, [=](ExitCode code) { return code == a || code == b; });
}

}  // namespace tlsrpt::collector

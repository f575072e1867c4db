#include "collector/exit_code.hpp"

#include <vector>

#include <doctest/doctest.h>

using tlsrpt::collector::ExitCode;
using tlsrpt::collector::worse;

TEST_CASE("the worse of two exit codes is the first of 70, 78, 77, 69, 75, and whatever is not 0") {
  const std::vector<int> worst_first = {70, 78, 77, 69, 75, 74, 66, 65, 64, 0};
  for (std::size_t i = 0; i < worst_first.size(); ++i) {
    for (std::size_t j = i; j < worst_first.size(); ++j) {
      const auto bad = static_cast<ExitCode>(worst_first[i]);
      const auto better = static_cast<ExitCode>(worst_first[j]);
      CAPTURE(worst_first[i]);
      CAPTURE(worst_first[j]);
      CHECK(worse(bad, better) == bad);
      CHECK(worse(better, bad) == bad);
    }
  }
}

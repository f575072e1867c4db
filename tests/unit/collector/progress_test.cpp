#include "collector/progress.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "captured_standard_error.hpp"

using namespace std::chrono_literals;
using tlsrpt::collector::Progress;
using tlsrpt::collector::progress_line;
using tlsrpt::collector::ProgressNumbers;

TEST_CASE("a progress line tells messages, share, bytes, rate and time left") {
  struct Row {
    ProgressNumbers numbers;
    std::string line;
  };
  const std::vector<Row> rows = {
      {{.messages = 0, .total = 100, .bytes = 0, .elapsed = 0ms}, "box [>             ]   0%  0/100  0 B"},
      {{.messages = 50, .total = 100, .bytes = 1023, .elapsed = 10s},
       "box [=======>      ]  50%  50/100  1023 B  5/s  0:10 left"},
      {{.messages = 99, .total = 100, .bytes = 1024, .elapsed = 0ms}, "box [=============>]  99%  99/100  1.0 KiB"},
      {{.messages = 100, .total = 100, .bytes = 5'242'880, .elapsed = 10s},
       "box [==============] 100%  100/100  5.0 MiB  10/s"},
      {{.messages = 110, .total = 100, .bytes = 0, .elapsed = 10s}, "box [==============] 100%  110/100  0 B  11/s"},
      {{.messages = 1, .total = 7201, .bytes = 0, .elapsed = 1s},
       "box [>             ]   0%  1/7201  0 B  1/s  2:00:00 left"},
      {{.messages = 1, .total = 1'000'000, .bytes = 0, .elapsed = 1s},
       "box [>             ]   0%  1/1000000  0 B  1/s  over 100 h left"},
      {{.messages = 7, .total = 0, .bytes = 3'221'225'472, .elapsed = 1s}, "box 7  3.0 GiB  7/s"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.line);
    const auto bar = row.line.find('[');
    const std::size_t width = bar == std::string::npos ? 80 : row.line.size();
    CHECK(progress_line("box", row.numbers, width) == row.line);
  }
}

TEST_CASE("a progress line keeps to the width: a shorter bar, none, then less text") {
  const ProgressNumbers numbers{.messages = 50, .total = 100, .bytes = 0, .elapsed = 0ms};
  CHECK(progress_line("bücher.example", numbers, 200) ==
        "bücher.example [===================>                  ]  50%  50/100  0 B");
  CHECK(progress_line("bücher.example", numbers, 41) == "bücher.example [===>  ]  50%  50/100  0 B");
  CHECK(progress_line("bücher.example", numbers, 40) == "bücher.example  50%  50/100  0 B");
  CHECK(progress_line("bücher.example", numbers, 19) == "bücher.example  50%");
  CHECK(progress_line("bücher.example", numbers, 2) == "bü");
  CHECK(progress_line("bücher.example", numbers, 0) == "");
}

TEST_CASE("nothing is shown where standard error is no terminal") {
  const CapturedStandardError captured;
  {
    Progress progress("box");
    progress.expect(10);
    progress.advance(5, 100);
  }
  CHECK(captured.text() == "");
}

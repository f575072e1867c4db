#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace tlsrpt::collector {

// A progress bar on standard error while it lives, one at a time: messages, percent, bytes, rate, time left. Nothing
// where standard error is no terminal or the log level is above info, and before there is anything to do. Thread-safe;
// log lines appear above it.
class Progress {
 public:
  explicit Progress(const std::string& label);
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void expect(std::uint64_t messages);  // so many more; without it the total is not known
  void advance(std::uint64_t messages, std::uint64_t bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;  // none: nothing is shown
};

struct ProgressNumbers {
  std::uint64_t messages = 0;
  std::uint64_t total = 0;  // 0: not known
  std::uint64_t bytes = 0;
  std::chrono::milliseconds elapsed{0};
};

// What the bar shows, in at most `width` columns: "LABEL [===>   ]  45%  9000/20000  12.3 MiB  1234/s  0:08 left".
[[nodiscard]] std::string progress_line(const std::string& label, const ProgressNumbers& numbers, std::size_t width);

}  // namespace tlsrpt::collector

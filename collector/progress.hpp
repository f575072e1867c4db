#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace tlsrpt::collector {

// A progress bar on standard error while it lives, one at a time: messages, percent, bytes, rate, time left. Nothing
// where standard error is no terminal or the log level is above info. Thread-safe; log lines appear above it.
class Progress {
 public:
  Progress(std::string label, std::uint64_t total);  // total 0: not known
  ~Progress();                                       // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::uint64_t messages, std::uint64_t bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tlsrpt::collector

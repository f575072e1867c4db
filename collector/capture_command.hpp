#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace tlsrpt::collector {

struct CaptureLimits {
  std::chrono::milliseconds time{10'000};
  std::size_t output = 64u << 10;  // bytes
};

// Runs `command` by /bin/sh -c, with nothing to read and our standard error, and gives its standard output. Beyond a
// limit it is killed, with its process group. Throws ConfigError, which quotes neither command nor output: "ended with
// exit code 3".
[[nodiscard]] std::string capture_command(const std::string& command, const CaptureLimits& limits = {});

}  // namespace tlsrpt::collector

#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "collector/exit_code.hpp"

namespace tlsrpt::collector {

// Configuration or its secrets: exit 78.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// All that is wrong with a configuration file: the only error that has several lines, each printable().
class ConfigFileError : public ConfigError {
 public:
  using ConfigError::ConfigError;
};

// Arguments: exit 64.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// An input that is missing or unreadable: exit 66.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `-o FILE` or standard output: exit 74.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace tlsrpt::collector

#pragma once

#include <string>

namespace tlsrpt::collector {

struct ConfigFile {
  std::string text;
  bool shared = false;  // everybody may read it
};

// A small file that the operator named: the configuration or a password. Throws ConfigError where it cannot be read or
// has more than 1 MiB.
[[nodiscard]] ConfigFile read_config_file(const std::string& path);

// Throws ConfigError where something else stands there: a pipe would be waited for without an end.
void require_regular_file(const std::string& path);

}  // namespace tlsrpt::collector

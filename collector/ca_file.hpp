#pragma once

#include <optional>
#include <string>

namespace tlsrpt::collector {

// Throws ConfigError where certificates cannot be had from `ca_file`: libcurl does not say why, and would wait for a
// pipe without an end.
void require_ca_file(const std::optional<std::string>& ca_file);

}  // namespace tlsrpt::collector

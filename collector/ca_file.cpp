#include "collector/ca_file.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "collector/config_file.hpp"
#include "collector/error.hpp"

namespace tlsrpt::collector {

namespace {

// RFC 7468 §5, and OpenSSL's form with its own notes of trust.
bool begins_certificate(const std::string& line) {
  return line.starts_with("-----BEGIN ") && line.find("CERTIFICATE-----") != std::string::npos;
}

bool has_certificate(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (begins_certificate(line)) return true;
  }
  if (!file.eof()) {
    throw ConfigError(fmt::format("{}: cannot be read: {}", path, std::generic_category().message(errno)));
  }
  return false;
}

}  // namespace

void require_ca_file(const std::optional<std::string>& ca_file) {
  if (!ca_file) return;
  try {
    require_regular_file(*ca_file);
    if (!has_certificate(*ca_file)) throw ConfigError(fmt::format("{}: expected certificates (PEM)", *ca_file));
  } catch (const ConfigError& e) {
    throw ConfigError(fmt::format("ca_file: {}", e.what()));
  }
}

}  // namespace tlsrpt::collector

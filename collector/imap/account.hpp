#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "collector/secret.hpp"

namespace tlsrpt::imap {

// Where and how to log in.
struct Account {
  std::string server;                  // "imaps://host[:port]", or "imap://host[:port]": STARTTLS, required
  bool plaintext = false;              // `tls: none` with imap://: no TLS at all
  std::optional<std::string> ca_file;  // default: the system's
  std::string username;
  collector::Secret password;
  std::chrono::milliseconds connect_timeout{30'000};
  std::chrono::milliseconds command_timeout{60'000};
};

}  // namespace tlsrpt::imap

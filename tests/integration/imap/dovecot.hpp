#pragma once

#include <cstdlib>
#include <string>

// The Dovecot on localhost that the test harness has started.
namespace tlsrpt::imap::test {

inline bool dovecot_given() {
  return std::getenv("TLSRPT_TEST_IMAPS_PORT") != nullptr;
}

inline std::string dovecot_value(const std::string& name) {
  const char* const value = std::getenv(("TLSRPT_TEST_IMAP" + name).c_str());
  return value != nullptr ? value : "";
}

}  // namespace tlsrpt::imap::test

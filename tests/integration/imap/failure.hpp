#pragma once

#include <functional>
#include <optional>
#include <string>

#include "collector/imap/error.hpp"

namespace tlsrpt::imap::test {

struct Failure {
  std::optional<Error::Kind> kind;  // none: nothing was thrown
  std::string text;

  [[nodiscard]] bool says(const std::string& part) const { return text.find(part) != std::string::npos; }
};

// What `action` throws.
inline Failure failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return {.kind = error.kind(), .text = error.what()};
  }
  return {};
}

}  // namespace tlsrpt::imap::test

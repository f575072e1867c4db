#pragma once

#include <string>
#include <utility>

namespace tlsrpt::collector {

// Text that must not be printed: nothing but reveal() gives it out, and no formatter takes it.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& reveal() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace tlsrpt::collector

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tlsrpt::collector {

struct Expansion {
  std::string text;
  std::optional<std::string> unset;  // the first variable that the environment does not have
  bool malformed = false;            // a "${" without a variable's name and "}"
};

// `${NAME}` becomes that environment variable's value, which is not expanded again; `$${` stands for `${`. Any other
// `$` is itself, so that a password needs no care.
[[nodiscard]] Expansion expand_variables(std::string_view text);

// As in POSIX: letters, digits and underscores, not beginning with a digit.
[[nodiscard]] bool is_variable_name(std::string_view name) noexcept;

// A variable's name, in capitals as is usual: anything else is not quoted in errors, since it may be a password.
[[nodiscard]] bool looks_like_variable(std::string_view name) noexcept;

}  // namespace tlsrpt::collector

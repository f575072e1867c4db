#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "parser/result_type.hpp"

namespace tlsrpt::collector {

// The remedy with its MX and DOMAIN replaced by the names at hand. People paste these commands into a shell, so only
// what is made of letters, digits, '-', '_' and '.', and does not begin with '-', is put there.
[[nodiscard]] std::string remedy_for(const parser::ResultType& type, const std::optional<std::string>& mx,
                                     const std::optional<std::string>& domain);

}  // namespace tlsrpt::collector

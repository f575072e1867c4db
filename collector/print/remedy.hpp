#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/result_type.hpp"

namespace tlsrpt::collector {

// The remedy of a result type with the names at hand in the place of DOMAIN and, in the commands, of MX. Names come
// from strangers and end up in somebody's shell: only one that is made of letters, digits, '-', '_' and '.', and does
// not begin with '-', is put there; else the placeholder stays. The views' remedy_for() does the same.
[[nodiscard]] std::string remedy_for(const parser::ResultType& type, const std::optional<std::string>& mx,
                                     const std::optional<std::string>& domain);

struct Steps {
  std::string advice;                 // "Renew the certificate"
  std::vector<std::string> commands;  // what diagnoses it, to be pasted into a shell
};

// The parts of "advice: command; command".
[[nodiscard]] Steps steps_of(std::string_view remedy);

}  // namespace tlsrpt::collector

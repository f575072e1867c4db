#pragma once

#include <optional>
#include <string>

#include "parser/result_type.hpp"

namespace tlsrpt::collector {

struct Remedy {
  std::string advice;   // "Renew the certificate"
  std::string command;  // what diagnoses it, to be pasted into a shell; may be empty
};

// The remedy of a result type with the names at hand in the place of DOMAIN and, in the command, of MX. Names come from
// strangers and end up in somebody's shell: only one that is made of letters, digits, '-', '_' and '.', and does not
// begin with '-', is put there; else the placeholder stays.
[[nodiscard]] Remedy remedy_for(const parser::ResultType& type, const std::optional<std::string>& mx,
                                const std::optional<std::string>& domain);

}  // namespace tlsrpt::collector

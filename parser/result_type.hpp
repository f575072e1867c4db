#pragma once

#include <span>
#include <string_view>

// What each result type of RFC 8460 §4.3 means and what to do about it: the one table that `parse`, `report` and the
// database's `result_type` show.
namespace tlsrpt::parser {

struct ResultType {
  std::string_view code;       // "certificate-expired"
  std::string_view category;   // "certificate", "starttls", "sts", "dane" or "other"
  std::string_view cause;      // one sentence
  std::string_view remedy;     // what to do, with the command that diagnoses it; MX and DOMAIN stand for the names
  std::string_view reference;  // the standard's section
};

[[nodiscard]] std::span<const ResultType> result_types() noexcept;

// The entry of a code; for an unknown one, the entry "unknown".
[[nodiscard]] const ResultType& explain(std::string_view code) noexcept;

}  // namespace tlsrpt::parser

#pragma once

#include <string>
#include <string_view>

// A liberty taken with a report: where the sender left RFC 8460, and what it had really written.
namespace tlsrpt::parser {

enum class DeviationCode {
  kMissingOrganizationName,
};

[[nodiscard]] std::string_view to_string(DeviationCode code) noexcept;

struct Deviation {
  DeviationCode code{};
  std::string pointer;   // RFC 6901 JSON pointer into the report ("" is the report itself)
  std::string detail;    // the sender's own text, valid UTF-8 without NUL, cut to 256 bytes; may be empty

  bool operator==(const Deviation&) const = default;
};

}  // namespace tlsrpt::parser

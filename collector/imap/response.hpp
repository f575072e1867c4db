#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tlsrpt::imap {

// What the server sent is no IMAP. The text does not quote the server.
class SyntaxError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Literal {
  std::uint64_t size = 0;  // as announced
  bool skipped = false;    // larger than what is kept: `bytes` is empty
  std::string bytes;
};

// One response, RFC 9051 §2.2.2: a line, with the literals that interrupted it set apart.
struct Response {
  std::string text;               // without the last CRLF; literals' headers, "{n}" CRLF, stand where they were
  std::vector<Literal> literals;  // in that order
};

// RFC 9051 §7.1: what a status response says, tagged or not. Views into the response's text.
struct Status {
  enum class Condition { kOk, kNo, kBad, kBye, kPreauth };

  Condition condition = Condition::kOk;
  std::string_view code;       // "UIDVALIDITY" of "[UIDVALIDITY 7]"; empty where there is none
  std::string_view arguments;  // "7"
  std::string_view text;       // for people

  [[nodiscard]] bool has_code(std::string_view name) const noexcept;
  // RFC 5530 §3: a NO by which the server says that it may go better later.
  [[nodiscard]] bool is_temporary() const noexcept;
};

// `line` begins after the tag or "* "; none where it is no status response.
[[nodiscard]] std::optional<Status> parse_status(std::string_view line) noexcept;

}  // namespace tlsrpt::imap

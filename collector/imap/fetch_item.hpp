#pragma once

#include <cstdint>
#include <optional>

#include "collector/imap/response.hpp"
#include "collector/imap/session.hpp"
#include "collector/imap/token_cursor.hpp"

namespace tlsrpt::imap {

// What one FETCH response tells of a message, as far as anybody here asks for it.
struct FetchItem {
  std::optional<Uid> uid;
  std::optional<std::uint64_t> size;          // RFC822.SIZE
  std::optional<std::int64_t> internal_date;  // none, too, where the date is no date
  std::optional<Literal> body;                // none, too, where it is NIL
};

// `data` stands before the list: "(UID 5 BODY[] {3}…)". Any BODY[…] is the body, as is RFC822: some servers answer
// BODY.PEEK[] with BODY[NULL] (imap-8). Throws SyntaxError.
[[nodiscard]] FetchItem read_fetch_item(TokenCursor& data);

}  // namespace tlsrpt::imap

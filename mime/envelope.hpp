#pragma once

#include <optional>

#include "mime/header.hpp"
#include "mime/message.hpp"

namespace tlsrpt::mime {

// The message's own header → what is kept of it.
[[nodiscard]] Envelope read_envelope(const Header& header);

// See received_at().
[[nodiscard]] std::optional<Time> time_of_receipt(const Header& header);

}  // namespace tlsrpt::mime

#pragma once

#include <optional>
#include <string_view>

#include "mime/message.hpp"

namespace tlsrpt::mime {

// The message's own header block → what is kept of it. The first of repeated fields counts.
[[nodiscard]] Envelope read_envelope(std::string_view header);

// See received_at().
[[nodiscard]] std::optional<Time> time_of_receipt(std::string_view header);

}  // namespace tlsrpt::mime

#include "db/new_message.hpp"

namespace tlsrpt::db {

std::string_view to_string(MessageKind kind) noexcept {
  switch (kind) {
    case MessageKind::kTls:
      return "tls";
    case MessageKind::kDmarc:
      return "dmarc";
    case MessageKind::kBounce:
      return "bounce";
    case MessageKind::kOther:
      break;
  }
  return "other";
}

}  // namespace tlsrpt::db

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mime/authentication.hpp"
#include "parser/deviation.hpp"
#include "parser/failure_total.hpp"
#include "parser/reader.hpp"
#include "parser/reason.hpp"
#include "parser/report.hpp"
#include "parser/session_total.hpp"

// What is to be stored, as it was read.
namespace tlsrpt::db {

using mime::Authentic;

enum class MessageKind { kTls, kDmarc, kBounce, kOther };

[[nodiscard]] std::string_view to_string(MessageKind kind) noexcept;

// A report ready to be stored: gaps filled, accepted by configuration.
struct NewReport {
  parser::ParsedReport parsed;
  std::optional<std::string> report_domain;
  std::vector<parser::SessionTotal> session_totals;
  std::vector<parser::FailureTotal> failure_totals;
  std::optional<std::string> submitter_domain;  // TLS-Report-Submitter, else the file name's
  std::optional<std::string> filename;
  std::string attachment;  // MIME part and suffix, "2#1"; "" for a bare file
};

struct NewQuarantine {
  std::string attachment;  // MIME part and suffix; "" for the whole message
  parser::Rejection rejection;
};

// A message seen, or a file imported.
struct NewMessage {
  std::optional<std::uint64_t> uid;      // of the batch's mailbox; none for imports
  std::optional<parser::Digest> sha256;  // of the input, for imports
  std::string source;                    // "imaps://host/INBOX;UID=7", or the input's path
  std::optional<std::string> rfc822_message_id;
  std::optional<std::string> from_domain;
  std::optional<std::string> subject;
  std::optional<parser::Time> received_at;  // INTERNALDATE; for imported mail its topmost Received, else Date
  Authentic authentic = Authentic::kUnknown;
  MessageKind kind = MessageKind::kOther;
  bool operators_own = false;  // imported: may replace (see replacement.hpp)
  std::vector<NewReport> reports;
  std::vector<NewQuarantine> quarantine;
  std::string raw;  // the whole message; stored only if something is quarantined
};

}  // namespace tlsrpt::db

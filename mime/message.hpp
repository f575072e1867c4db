#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/reason.hpp"

// A message's bytes → its envelope and whatever in it may be a report (RFC 5322, RFC 2045 to 2047, RFC 2231,
// RFC 8460 §5.3). Knows nothing of JSON.
namespace tlsrpt::mime {

using Time = std::chrono::sys_seconds;

// Bounds, checked before a library sees the bytes.
struct Limits {
  std::size_t message = 20u << 20;  // bytes of the whole message; a caller may cut a longer one off a byte past this
  std::size_t header = 256u << 10;  // bytes of one header block
  std::size_t headers = 1u << 20;   // bytes of all header blocks of a message
  std::size_t parts = 200;          // MIME parts that have a number
  std::size_t nesting = 20;         // multiparts and message/rfc822 within each other
  std::size_t attachments = 50;     // parts that may hold a report
};

// The message's own header. Text is decoded (RFC 2047), unfolded, valid UTF-8 without NUL, but for the last.
struct Envelope {
  std::optional<std::string> message_id;   // without < and >
  std::optional<std::string> from_domain;  // of the first From address; A-labels, lower case
  std::optional<std::string> subject;
  std::optional<std::string> tls_report_domain;     // RFC 8460 §5.3; normalised domain
  std::optional<std::string> tls_report_submitter;  // RFC 8460 §5.3; a domain, or a name (mail-25)
  std::vector<std::string> authentication_results;  // topmost first; bytes as sent, trimmed, folds and all
};

// A part that may hold a report: its decoded bytes begin like gzip, zlib, zip or JSON, or it says that it is a report.
struct Attachment {
  std::string part;             // MIME part number, RFC 9051 §6.4.5: "1", "2.1"
  std::size_t message = 0;      // which it is a part of; 0: the message itself, k: the k-th embedded one
  std::string filename;         // RFC 2231 and RFC 2047 decoded; "" without one; never to be used as a path
  bool labelled = false;        // its media type is application/tlsrpt+*, or its file name is RFC 8460 §5.1's
  bool lenient_base64 = false;  // the base64 was mended: stray characters or padding
  std::string body;             // transfer encoding removed
};

enum class Kind { kMessage, kBounce };  // kBounce: a delivery status report (RFC 3464); nothing in it is looked at

struct Message {
  Envelope envelope;
  Kind kind = Kind::kMessage;
  bool says_tls_report = false;    // report-type=tlsrpt, a TLS-Report-* header of its own, or a labelled part
  bool says_dmarc_report = false;  // a file name or the subject is an aggregate report's, or it is a failure report
  std::vector<Envelope> embedded;  // of messages within it; what one lacks is of the message around it
  std::vector<Attachment> attachments;       // in the order of the message
  std::optional<parser::Rejection> problem;  // a bound was hit: attachments are incomplete, the envelope may be

  // `message` as in Attachment.
  [[nodiscard]] const Envelope& envelope_of(std::size_t message) const {
    return message == 0 ? envelope : embedded[message - 1];
  }
};

// When a message came, by its own word: the topmost Received field's time, else its Date. For mail that no server
// dates.
[[nodiscard]] std::optional<Time> received_at(std::string_view bytes, const Limits& limits);

// Never throws for what the bytes are. Work is linear in the size, memory at most a small multiple of it.
[[nodiscard]] Message read_message(std::string_view bytes, const Limits& limits);

}  // namespace tlsrpt::mime

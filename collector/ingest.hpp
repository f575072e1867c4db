#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/config.hpp"
#include "db/store.hpp"
#include "mime/message.hpp"
#include "parser/reader.hpp"

// A message's or a file's bytes → what is in it. The same for every way a report can come.
namespace tlsrpt::collector {

struct ReadReport {
  std::string attachment;  // MIME part and suffix ("2", "2.1#3"); suffix alone for a bare file
  std::optional<std::string> filename;
  parser::ParsedReport parsed;  // gaps filled
  std::optional<std::string> report_domain;
  std::optional<std::string> submitter_domain;
};

struct ReadMessage {
  mime::Envelope envelope;  // empty for a bare file
  db::MessageKind kind = db::MessageKind::kOther;
  std::string ignored_because;  // where neither reports nor rejections came out
  std::vector<ReadReport> reports;
  std::vector<db::NewQuarantine> rejected;
};

// Reuses its buffers; one per thread.
class Ingester {
 public:
  Ingester(const mime::Limits& mime_limits, const parser::Limits& parser_limits, parser::Raw raw = parser::Raw::kKeep);

  // A mail. A payload that cannot be read is a rejection only where the mail or the attachment says that it is a TLS
  // report, or where it was recognised as one; any other that hits a bound is somebody's large file, and no concern of
  // ours. A mail that itself hits a bound is rejected as a whole, and so is an attachment for which another left too
  // little of limits.decompressed: nobody knows what is in them.
  [[nodiscard]] ReadMessage read_mail(std::string_view bytes);

  // A loose report: .json, .json.gz, .zip. Whatever is no report is a rejection: the operator named the file.
  // `filename` without its folder; "" where there is none.
  [[nodiscard]] ReadMessage read_file(std::string_view bytes, const std::string& filename);

 private:
  mime::Limits mime_limits_;
  parser::Limits parser_limits_;
  parser::ReportReader reader_;
};

// Which reports the configuration accepts, and what is stored of a message.
struct Acceptance {
  std::vector<std::string> domains;  // normalised; empty: all
  std::optional<std::string> authserv_id;
  bool require_dkim = false;
};

// Turns what was read into what is to be stored: foreign domains and unauthentic mail go to quarantine, totals are
// counted. `is_mail` false: the operator's own bare JSON, exempt from authentication. Where the message came from,
// when, and its raw bytes are the caller's to add.
[[nodiscard]] db::NewMessage accept(ReadMessage read, const Acceptance& acceptance, bool is_mail);

}  // namespace tlsrpt::collector

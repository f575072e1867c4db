#include "collector/import_message.hpp"

#include <algorithm>
#include <utility>

#include <openssl/evp.h>

#include "collector/input/sniff.hpp"

namespace tlsrpt::collector {

namespace {

parser::Digest sha256(std::string_view bytes) {
  parser::Digest digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

Acceptance acceptance_of(const Config& config) {
  Acceptance acceptance{.authserv_id = config.authentication.authserv_id,
                        .require_dkim = config.authentication.require_dkim};
  for (const auto& mailbox : config.mailboxes) {
    if (mailbox.domains.empty()) {
      acceptance.domains.clear();
      break;
    }
    acceptance.domains.insert(acceptance.domains.end(), mailbox.domains.begin(), mailbox.domains.end());
  }
  return acceptance;
}

// Of what is too large only the beginning was read: nothing that a later try could use.
bool cut_short(const db::NewMessage& message) {
  return std::ranges::any_of(message.quarantine,
                             [](const auto& entry) { return entry.rejection.reason == parser::Reason::kTooLarge; });
}

}  // namespace

ImportReader::ImportReader(const Config& config)
    : ingester_(config.mime_limits, config.parser_limits), acceptance_(acceptance_of(config)) {}

db::NewMessage ImportReader::read(Input input) {
  const bool is_mail = input.kind == Input::Kind::kMail;
  auto read = read_input(ingester_, input);
  const auto received_at = read.envelope.received ? read.envelope.received : read.envelope.date;
  auto message = accept(std::move(read), acceptance_, is_mail);
  message.sha256 = sha256(input.bytes);
  message.source = source_of(input);
  message.received_at = received_at;
  message.operators_own = true;
  if (!cut_short(message)) message.raw = std::move(input.bytes);
  return message;
}

db::NewMessage ImportReader::read_again(std::string bytes, const std::string& source) {
  const auto kind = sniff(std::string_view(bytes).substr(0, kSniffedBytes)) == Content::kMail ? Input::Kind::kMail
                                                                                              : Input::Kind::kFile;
  auto message = read({.path = source, .kind = kind, .bytes = std::move(bytes)});
  message.source = source;
  return message;
}

}  // namespace tlsrpt::collector

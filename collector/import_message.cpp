#include "collector/import_message.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "collector/fetched_message.hpp"
#include "collector/input/sniff.hpp"
#include "collector/trial.hpp"

namespace tlsrpt::collector {

namespace {

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

bool is_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

// What was imported from disk and not kept, if it is still there and the same.
std::optional<Input> find_on_disk(const db::QuarantinedMessage& stored, const Config& config) {
  // "FILE", or "FILE#3" for the third message of an mbox.
  const auto path = is_file(stored.source) ? stored.source : stored.source.substr(0, stored.source.rfind('#'));
  std::optional<Input> found;
  if (!is_file(path)) return found;
  for_each_input(
      {&path, 1}, config.mime_limits, config.parser_limits,
      [&](Input input) {
        if (source_of(input) == stored.source && digest_of(input) == stored.sha256) found = std::move(input);
      },
      [](const InputError&) {});
  return found;
}

// A message of a mailbox is a mail, however it begins.
std::optional<Input> find_again(const db::QuarantinedMessage& stored, const Config& config) {
  if (stored.raw) {
    const auto head = std::string_view(*stored.raw).substr(0, kSniffedBytes);
    const bool is_mail = stored.mailbox || sniff(head) == Content::kMail;
    return Input{.path = stored.source,
                 .message = {},
                 .kind = is_mail ? Input::Kind::kMail : Input::Kind::kFile,
                 .bytes = *stored.raw};
  }
  return stored.mailbox ? std::nullopt : find_on_disk(stored, config);
}

}  // namespace

ImportReader::ImportReader(const Config& config)
    : config_(config), ingester_(config.mime_limits, config.parser_limits), acceptance_(acceptance_of(config)) {}

db::NewMessage ImportReader::read(Input input) {
  const bool is_mail = input.kind == Input::Kind::kMail;
  auto read = read_input(ingester_, input);
  auto message = accept(std::move(read), acceptance_, is_mail);
  message.sha256 = digest_of(input);
  message.source = source_of(input);
  if (is_mail) message.received_at = mime::received_at(input.bytes, config_.mime_limits);
  message.operators_own = true;
  // The beginning of what is too long is nothing that a later try could use.
  if (!input.sha256_of_all) message.raw = std::move(input.bytes);
  return message;
}

std::optional<db::NewMessage> ImportReader::read_again(const db::QuarantinedMessage& stored) {
  auto input = find_again(stored, config_);
  if (!input) return std::nullopt;
  if (!survives([&] { (void)read(*input); }, kTrialPatience)) return crashed_message();
  auto message = read(std::move(*input));
  if (stored.mailbox) {
    message.operators_own = false;  // the operator's act was to read the mailbox, not to vouch for this mail
    message.received_at = stored.received_at;
  }
  return message;
}

}  // namespace tlsrpt::collector

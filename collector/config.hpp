#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/imap/account.hpp"
#include "collector/secret.hpp"
#include "db/prune.hpp"
#include "mime/message.hpp"
#include "parser/limits.hpp"

// The configuration file as plain values, checked and complete. docs/configuration.md has every key.
namespace tlsrpt::collector {

enum class After { kKeep, kSeen, kDelete, kMove };

struct MailboxConfig {
  std::string name;
  imap::Account account;  // without the password, which is resolved when it is needed
  // Exactly one is set.
  struct Password {
    std::optional<std::string> file, env, command;
    std::optional<Secret> inline_text;
  } password;
  std::string folder = "INBOX";
  std::vector<std::string> domains;  // normalised; empty: all
  After after = After::kKeep;
  std::string move_to;
};

struct Config {
  std::string path;  // of the file, for messages
  Secret database{"postgresql:///tlsrpt"};
  bool migrate = true;
  std::vector<MailboxConfig> mailboxes;
  struct Poll {
    std::chrono::seconds every{std::chrono::minutes{15}};
    std::chrono::seconds jitter{30};
    int parallel = 4;
  } poll;
  struct Authentication {
    std::optional<std::string> authserv_id;
    bool require_dkim = false;
  } authentication;
  mime::Limits mime_limits;
  parser::Limits parser_limits;
  std::uint64_t quarantine_bytes = 1u << 30;
  db::Retention retention{.reports = std::nullopt, .quarantine = std::chrono::days{90}};
  std::vector<std::string> warnings;  // to be logged: readable password, tls: none, …
};

// Throws ConfigError with every error of the file, a line each: "FILE:LINE:COLUMN: what was expected".
[[nodiscard]] Config load_config(const std::string& path);

// What load_config() makes of a file's text; `shared`: everybody may read the file.
[[nodiscard]] Config parse_config(const std::string& text, const std::string& path, bool shared);

// -c FILE, else $TLSRPT_COLLECTOR_CONFIG, else /etc/tlsrpt-collector/config.yaml where it exists.
[[nodiscard]] std::optional<std::string> find_config(const std::optional<std::string>& option);

// Reads file, variable or command (at most 10 s and 64 KiB); one trailing newline is cut. Throws ConfigError, "KEY:
// what is wrong", which never quotes the password.
[[nodiscard]] Secret resolve_password(const MailboxConfig& mailbox);

}  // namespace tlsrpt::collector

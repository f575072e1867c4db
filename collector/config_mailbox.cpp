#include "collector/config_mailbox.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <system_error>

#include <fmt/format.h>

#include "collector/config_expand.hpp"
#include "collector/config_server.hpp"
#include "collector/domain_name.hpp"

namespace tlsrpt::collector {

namespace {

constexpr std::array<std::string_view, 4> kPasswordKeys = {"password_file", "password_env", "password_command",
                                                           "password"};

// One mailbox and what only matters while it is read.
struct Entry {
  MailboxConfig config;
  Position position;
  std::optional<ConfigServer> server;
};

const ConfigNode::Member* find(const ConfigNode& node, std::string_view key) {
  const auto member = std::ranges::find(node.members, key, &ConfigNode::Member::key);
  return member == node.members.end() ? nullptr : &*member;
}

Position position_of(const ConfigNode& node, std::string_view key) {
  const auto* member = find(node, key);
  return member ? member->value.position : node.position;
}

// RFC 9051 §5.1: INBOX is the same in any case; no other name is.
std::string canonical_folder(std::string folder) {
  constexpr std::string_view kInbox = "INBOX";
  const bool is_inbox = std::ranges::equal(folder, kInbox, {},
                                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return is_inbox ? std::string{kInbox} : folder;
}

class MailboxReader {
 public:
  MailboxReader(const ConfigReader& reader, const ConfigSurroundings& surroundings)
      : reader_(reader), surroundings_(surroundings) {}

  [[nodiscard]] Entry read(const ConfigNode& node) const {
    Entry entry{.config = {}, .position = node.position, .server = {}};
    MailboxConfig& mailbox = entry.config;
    reader_.map(node, {
                          {"name", reader_.text(mailbox.name)},
                          {"server", server(entry)},
                          {"tls", reader_.word<bool>(mailbox.account.plaintext, {{"required", false}, {"none", true}})},
                          {"ca_file", path(mailbox.account.ca_file)},
                          {"username", reader_.text(mailbox.account.username)},
                          {"password_file", path(mailbox.password.file)},
                          {"password_env", variable(mailbox.password.env)},
                          {"password_command", command(mailbox.password.command)},
                          {"password", reader_.secret(mailbox.password.inline_text)},
                          {"folder", folder(mailbox.folder)},
                          {"domains", domains(mailbox.domains)},
                          {"after", after(mailbox)},
                          {"timeout", timeout(mailbox.account)},
                      });
    if (node.kind == ConfigNode::Kind::kMap) {
      require_keys(node);
      check(node, entry);
      warn(node, mailbox);
    }
    return entry;
  }

 private:
  using Read = ConfigReader::Read;

  [[nodiscard]] Read server(Entry& entry) const {
    return [this, &entry](const ConfigNode& node) {
      entry.server = reader_.value(node, "expected imaps://HOST or imap://HOST, perhaps with :PORT, and nothing else",
                                   [](const std::string& text) { return parse_server(text); });
      if (entry.server) entry.config.account.server = entry.server->url();
    };
  }

  [[nodiscard]] Read path(std::optional<std::string>& into) const {
    return [this, &into](const ConfigNode& node) {
      const auto text = reader_.value(node, "expected the path of a file", one_line);
      if (text) into = (surroundings_.directory / *text).string();
    };
  }

  [[nodiscard]] Read variable(std::optional<std::string>& into) const {
    return [this, &into](const ConfigNode& node) {
      into = reader_.value(node, "expected the name of an environment variable", [](std::string text) {
        return is_variable_name(text) ? std::optional{std::move(text)} : std::nullopt;
      });
    };
  }

  [[nodiscard]] Read command(std::optional<std::string>& into) const {
    return [this, &into](const ConfigNode& node) {
      into = reader_.value(node, "expected a shell command", [](std::string text) {
        return text.empty() ? std::nullopt : std::optional{std::move(text)};
      });
    };
  }

  [[nodiscard]] Read folder(std::string& into) const {
    return [this, &into](const ConfigNode& node) {
      auto name = reader_.value(node, "expected the name of a folder", one_line);
      if (name) into = canonical_folder(std::move(*name));
    };
  }

  [[nodiscard]] Read domains(std::vector<std::string>& into) const {
    return [this, &into](const ConfigNode& node) {
      reader_.list(node, [this, &into](const ConfigNode& item) {
        auto domain = reader_.value(item, "expected a domain name (it stands for all below it, too)",
                                    [](const std::string& text) { return parse_domain_name(text); });
        if (domain && std::ranges::find(into, *domain) == into.end()) into.push_back(std::move(*domain));
      });
    };
  }

  // A word, or `move: FOLDER` as a map or in quotes.
  [[nodiscard]] Read after(MailboxConfig& mailbox) const {
    return [this, &mailbox](const ConfigNode& node) {
      if (node.kind == ConfigNode::Kind::kMap) {
        mailbox.after = After::kMove;
        reader_.map(node, {{"move", folder(mailbox.move_to)}});
        return;
      }
      const auto text = reader_.value(node, "expected keep, seen, delete or move: FOLDER", one_line);
      if (text) read_after_word(node, *text, mailbox);
    };
  }

  void read_after_word(const ConfigNode& node, std::string_view text, MailboxConfig& mailbox) const {
    constexpr std::string_view kMove = "move:";
    if (text == "keep") {
      mailbox.after = After::kKeep;
    } else if (text == "seen") {
      mailbox.after = After::kSeen;
    } else if (text == "delete") {
      mailbox.after = After::kDelete;
    } else if (text.starts_with(kMove) && text.find_first_not_of(' ', kMove.size()) != std::string_view::npos) {
      mailbox.after = After::kMove;
      mailbox.move_to = canonical_folder(std::string{text.substr(text.find_first_not_of(' ', kMove.size()))});
    } else {
      reader_.fail(node.position, "expected keep, seen, delete or move: FOLDER");
    }
  }

  [[nodiscard]] Read timeout(imap::Account& account) const {
    return [this, &account](const ConfigNode& node) {
      reader_.map(node, {
                            {"connect", reader_.duration(account.connect_timeout, "1ms", "1h")},
                            {"command", reader_.duration(account.command_timeout, "1ms", "1d")},
                        });
    };
  }

  void require_keys(const ConfigNode& node) const {
    for (const std::string_view key : {"name", "server", "username"}) {
      if (!find(node, key)) reader_.fail(node.position, fmt::format("expected the key \"{}\" in this mailbox", key));
    }
    const auto passwords = std::ranges::count_if(kPasswordKeys, [&](auto key) { return find(node, key) != nullptr; });
    if (passwords != 1) {
      reader_.fail(node.position,
                   "expected exactly one of password_file, password_env, password_command, password "
                   "in this mailbox");
    }
  }

  void check(const ConfigNode& node, const Entry& entry) const {
    const MailboxConfig& mailbox = entry.config;
    if (mailbox.account.plaintext && entry.server && entry.server->implicit_tls) {
      reader_.fail(position_of(node, "tls"), "expected imap:// as the server where tls is none (imaps:// is TLS)");
    }
    if (mailbox.after == After::kMove && mailbox.move_to == mailbox.folder) {
      reader_.fail(position_of(node, "after"), "expected another folder to move to than the mailbox's own");
    }
  }

  void warn(const ConfigNode& node, const MailboxConfig& mailbox) const {
    const auto* password = find(node, "password");
    if (password && surroundings_.shared && password->value.text.find("${") == std::string::npos) {
      surroundings_.warn(password->value.position,
                         "the password stands in a file that everybody can read: chmod o-rwx it");
    }
    if (mailbox.account.plaintext) {
      surroundings_.warn(position_of(node, "tls"), "tls: none: the password and the mail can be read on the way");
    }
    if (mailbox.password.file) {
      std::error_code ignored;
      const auto status = std::filesystem::status(*mailbox.password.file, ignored);
      const bool shared = (status.permissions() & std::filesystem::perms::others_read) != std::filesystem::perms::none;
      if (std::filesystem::is_regular_file(status) && shared) {
        surroundings_.warnings.push_back(
            fmt::format("{}: everybody can read this password: chmod o-rwx it", *mailbox.password.file));
      }
    }
  }

  const ConfigReader& reader_;
  const ConfigSurroundings& surroundings_;
};

// Names are unique, and no two entries read the same folder.
void refuse_repeats(const std::vector<Entry>& entries, const ConfigReader& reader) {
  std::map<std::string, int> names, folders;  // → the line of the first
  for (const auto& [mailbox, position, server] : entries) {
    if (!mailbox.name.empty()) {
      const auto [first, is_new] = names.emplace(mailbox.name, position.line);
      if (!is_new) {
        reader.fail(position, fmt::format("expected another name than that of the mailbox in line {}", first->second));
      }
    }
    if (server && !mailbox.account.username.empty()) {
      const auto [first, is_new] =
          folders.emplace(server->identity() + '\n' + mailbox.account.username + '\n' + mailbox.folder, position.line);
      if (!is_new) {
        reader.fail(position, fmt::format("expected another server, username or folder than the mailbox in line {}: "
                                          "one entry reads it already",
                                          first->second));
      }
    }
  }
}

}  // namespace

void ConfigSurroundings::warn(Position position, std::string_view what) const {
  warnings.push_back(fmt::format("{}:{}:{}: {}", path, position.line, position.column, what));
}

std::vector<MailboxConfig> read_mailboxes(const ConfigNode& node, const ConfigReader& reader,
                                          const ConfigSurroundings& surroundings) {
  const MailboxReader mailbox_reader(reader, surroundings);
  std::vector<Entry> entries;
  reader.list(node, [&](const ConfigNode& item) {
    if (item.kind == ConfigNode::Kind::kMap) {
      entries.push_back(mailbox_reader.read(item));
    } else {
      reader.fail(item.position, "expected a mailbox: a map of keys and values");
    }
  });
  refuse_repeats(entries, reader);

  std::vector<MailboxConfig> mailboxes;
  mailboxes.reserve(entries.size());
  for (auto& entry : entries) mailboxes.push_back(std::move(entry.config));
  return mailboxes;
}

}  // namespace tlsrpt::collector

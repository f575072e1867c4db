#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "collector/commands/command.hpp"
#include "collector/error.hpp"
#include "collector/escape.hpp"
#include "collector/imap/session.hpp"
#include "collector/log.hpp"
#include "collector/output.hpp"
#include "collector/pass.hpp"
#include "collector/reaction.hpp"
#include "db/migrator.hpp"

namespace tlsrpt::collector {

namespace {

// Prints a line for each thing that is checked, and keeps the worst exit code.
class Checklist {
 public:
  // `look` returns what it found, or throws what is wrong.
  bool item(const std::string& what, const std::function<std::string()>& look) {
    try {
      const auto found = look();
      output_.write(fmt::format("[ok]   {}: {}\n", printable(what), printable(found)));
      return true;
    } catch (...) {
      const auto verdict = react(std::current_exception());
      std::string_view rest = verdict.text;  // a configuration's errors are a line each
      while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        output_.write(fmt::format("[fail] {}: {}\n", printable(what), printable(line)));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      }
      worst_ = worse(worst_, verdict.exit_code);
      return false;
    }
  }

  [[nodiscard]] ExitCode finish() {
    output_.finish();
    return worst_;
  }

 private:
  Output output_;
  ExitCode worst_ = ExitCode::kOk;
};

std::string schema_state(const db::Connection& database, bool migrate) {
  const auto migrations = db::migration_status(database);
  const auto pending = std::ranges::count_if(migrations, [](const auto& each) { return !each.applied_at; });
  if (pending == 0) {
    db::require_current_schema(database);
    return "up to date";
  }
  if (migrate) return fmt::format("{} migration(s) pending; the next collect applies them", pending);
  throw ConfigError(fmt::format("{} migration(s) pending; run `tlsrpt-collector migrate`", pending));
}

void check_mailbox(Checklist& checklist, const MailboxConfig& mailbox) {
  const auto name = "mailbox " + mailbox.name;
  imap::Account account;
  if (!checklist.item(name + " password", [&] {
        account = login_account(mailbox);
        return std::string("found");
      })) {
    return;
  }
  std::optional<imap::Session> session;
  if (!checklist.item(name + " login", [&] {
        session.emplace(account);
        return fmt::format("{} at {}", account.username, account.server);
      })) {
    return;
  }
  checklist.item(name + " folder", [&] {
    const auto folder = session->examine(mailbox.folder);
    return fmt::format("{}, {} messages", mailbox.folder, folder.exists);
  });
  session->logout();
}

}  // namespace

ExitCode execute(const CheckOptions&, const std::optional<std::string>& config_option) {
  Checklist checklist;
  Config config;
  if (!checklist.item("configuration", [&] {
        const auto path = find_config(config_option);
        if (path) config = load_config(*path);
        for (const auto& warning : config.warnings) log::warning("{}", warning);
        return path ? *path : std::string("no file: the defaults");
      })) {
    return checklist.finish();
  }
  std::optional<db::Connection> database;
  if (checklist.item("database", [&] {
        database.emplace(config.database.reveal());
        return database->where();
      })) {
    checklist.item("schema", [&] { return schema_state(*database, config.migrate); });
  }
  for (const auto& mailbox : config.mailboxes) check_mailbox(checklist, mailbox);
  return checklist.finish();
}

}  // namespace tlsrpt::collector

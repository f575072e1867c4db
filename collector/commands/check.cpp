#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "collector/ca_file.hpp"
#include "collector/commands/command.hpp"
#include "collector/error.hpp"
#include "collector/escape.hpp"
#include "collector/imap/session.hpp"
#include "collector/log.hpp"
#include "collector/output.hpp"
#include "collector/reaction.hpp"
#include "db/migrator.hpp"
#include "db/privileges.hpp"

namespace tlsrpt::collector {

namespace {

// What to do about a failure with that exit code; empty where the failure's own text says it.
using Remedy = std::string_view (*)(ExitCode);

struct Step {
  std::string what;
  Remedy remedy;
  std::function<std::string()> look;  // returns what it found, or throws what is wrong
};

// Prints a line for each thing that is checked, and keeps the worst exit code.
class Checklist {
 public:
  // Steps of which each needs those before it. Returns the one that failed; with one that failed already, none is
  // tried. None: all is well.
  std::optional<std::string> take(const std::vector<Step>& steps, std::optional<std::string> failed = std::nullopt) {
    for (const auto& step : steps) {
      if (failed) {
        output_.write(fmt::format("[fail] {}: not tried: {} failed\n", printable(step.what), printable(*failed)));
      } else if (!take(step)) {
        failed = step.what;
      }
    }
    return failed;
  }

  [[nodiscard]] ExitCode finish() {
    output_.finish();
    return worst_;
  }

 private:
  bool take(const Step& step) {
    try {
      const auto found = step.look();
      output_.write(fmt::format("[ok]   {}: {}\n", printable(step.what), printable(found)));
      return true;
    } catch (...) {
      const auto verdict = react(std::current_exception());
      const auto remedy = step.remedy(verdict.exit_code);
      std::string_view rest = verdict.text;  // a configuration's errors are a line each
      if (const auto said = step.what + ": "; rest.starts_with(said)) rest.remove_prefix(said.size());
      while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        output_.write(fmt::format("[fail] {}: {}{}{}\n", printable(step.what), printable(line),
                                  remedy.empty() ? "" : "; remedy: ", remedy));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      }
      worst_ = worse(worst_, verdict.exit_code);
      return false;
    }
  }

  Output output_;
  ExitCode worst_ = ExitCode::kOk;
};

std::string_view says_itself(ExitCode) {
  return "";
}

std::string_view database_remedy(ExitCode code) {
  return code == ExitCode::kTryLater
             ? "see that PostgreSQL runs there, or correct `database`"
             : "run as the database's owner (`sudo -u`), create the role or the database, or correct `database`";
}

std::string_view password_remedy(ExitCode) {
  return "correct what `password_file`, `password_env` or `password_command` names";
}

std::string_view login_remedy(ExitCode code) {
  switch (code) {
    case ExitCode::kLoginRefused:
      return "correct `username` or its password; some providers want an app password";
    case ExitCode::kUnavailable:
      return "correct `server` (imaps:// or imap://, and the name in its certificate) or `ca_file`";
    case ExitCode::kTryLater:
      return "see that `server` is right, and can be reached from here";
    default:
      return "";
  }
}

std::string_view folder_remedy(ExitCode) {
  return "name it under `folder` as the server does, delimiter included";
}

std::string schema_state(const db::Connection& database, bool migrate) {
  const auto migrations = db::migration_status(database);
  const auto pending = std::ranges::count_if(migrations, [](const auto& each) { return !each.applied_at; });
  if (pending > 0 && !migrate) {
    throw ConfigError(fmt::format("{} migration(s) pending; run `tlsrpt-collector migrate`", pending));
  }
  if (pending == 0) db::require_current_schema(database);
  db::require_writing(database, !migrate      ? db::Migrating::kNever
                                : pending > 0 ? db::Migrating::kPending
                                              : db::Migrating::kNothing);
  return pending == 0 ? "up to date" : fmt::format("{} migration(s) pending; the next collect applies them", pending);
}

void check_mailbox(Checklist& checklist, const MailboxConfig& mailbox) {
  const auto name = "mailbox " + mailbox.name;
  imap::Account account;
  std::optional<imap::Session> session;
  checklist.take({{name + " password", password_remedy,
                   [&] {
                     account = mailbox.account;
                     account.password = resolve_password(mailbox);
                     return std::string("found");
                   }},
                  {name + " login", login_remedy,
                   [&] {
                     require_ca_file(account.ca_file);
                     session.emplace(account);
                     return fmt::format("{} at {}", account.username, account.server);
                   }},
                  {name + " folder", folder_remedy, [&] {
                     const auto folder = session->examine(mailbox.folder);
                     return fmt::format("{}, {} messages", mailbox.folder, folder.exists);
                   }}});
  if (session) session->logout();
}

std::string configuration_found(const std::optional<std::string>& option, Config& config) {
  const auto path = find_config(option);
  if (path) config = load_config(*path);
  for (const auto& warning : config.warnings) log::warning("{}", warning);
  return path.value_or("no file: the defaults");
}

}  // namespace

ExitCode execute(const CheckOptions&, const std::optional<std::string>& config_option) {
  Checklist checklist;
  Config config;
  std::optional<db::Connection> database;
  const auto failed =
      checklist.take({{"configuration", says_itself, [&] { return configuration_found(config_option, config); }}});
  checklist.take({{"database", database_remedy,
                   [&] {
                     database.emplace(config.database.reveal());
                     return database->where();
                   }},
                  {"schema", says_itself, [&] { return schema_state(*database, config.migrate); }}},
                 failed);
  if (failed || config.mailboxes.empty()) {
    checklist.take({{"mailboxes", says_itself,
                     []() -> std::string { throw ConfigError("none is configured: add one under `mailboxes`"); }}},
                   failed);
  }
  for (const auto& mailbox : config.mailboxes) check_mailbox(checklist, mailbox);
  return checklist.finish();
}

}  // namespace tlsrpt::collector

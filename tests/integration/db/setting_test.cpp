#include "db/setting.hpp"

#include <string>
#include <vector>

#include "db/mailbox.hpp"
#include "tests/integration/db/support.hpp"

namespace tlsrpt::db::test {

TEST_CASE("the configuration's part of the setting is kept, and written only where it differs") {
  Database database;
  keep_setting(database.connection, {.poll_every = std::chrono::minutes{5}});
  CHECK(database.value("SELECT poll_every FROM setting") == "00:05:00");
  const std::string version = database.value("SELECT xmin FROM setting");
  keep_setting(database.connection, {.poll_every = std::chrono::minutes{5}});
  CHECK(database.value("SELECT xmin FROM setting") == version);
}

TEST_CASE("a mailbox that was taken out of the configuration is retired, and in use again when it comes back") {
  Database database;
  const auto enter = [&](const std::string& name, const std::string& folder = "INBOX") {
    return enter_mailbox(database.connection, {.name = name, .server = "imaps://a", .username = "u", .folder = folder})
        .key;
  };
  const auto work = enter("work");
  enter("old");
  enter("moved");
  enter("moved", "Elsewhere");
  const auto state = [&] { return database.rows("SELECT mailbox, late, retired_at IS NULL FROM v_ingest ORDER BY 1"); };
  CHECK(keep_setting(database.connection, {.mailboxes = {"work", "moved"}}) == std::vector<std::string>{"old"});
  const Rows without_old{{"moved|t|t", "moved (retired 3)|f|f", "old|f|f", "work|t|t"}};
  CHECK(state() == without_old);
  const std::string written = database.value("SELECT xmin FROM mailbox WHERE name = 'old'");
  CHECK(keep_setting(database.connection, {.mailboxes = {"work", "moved"}}).empty());
  CHECK(keep_setting(database.connection, {.mailboxes = {}}).empty());  // `import` needs none
  CHECK(state() == without_old);
  CHECK(database.value("SELECT xmin FROM mailbox WHERE name = 'old'") == written);

  CHECK(keep_setting(database.connection, {.mailboxes = {"work", "moved", "old"}}).empty());
  CHECK(state() == Rows{{"moved|t|t", "moved (retired 3)|f|f", "old|t|t", "work|t|t"}});
  CHECK(enter("work") == work);
}

}  // namespace tlsrpt::db::test

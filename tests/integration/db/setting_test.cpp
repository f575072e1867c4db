#include "db/setting.hpp"

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

}  // namespace tlsrpt::db::test

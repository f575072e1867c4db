#include "collector/database.hpp"

#include "collector/log.hpp"
#include "db/migrator.hpp"
#include "db/setting.hpp"

namespace tlsrpt::collector {

std::vector<std::string> apply_migrations(const db::Connection& database) {
  return db::migrate(database, {.begins = [&database] {
                       log::info("database {}: another process is bringing the schema up to date; waiting for it",
                                 database.where());
                     }});
}

void prepare_schema(const db::Connection& database, const Config& config) {
  if (config.migrate) {
    for (const auto& name : apply_migrations(database)) {
      log::info("database {}: applied migration {}", database.where(), name);
    }
  } else {
    db::require_current_schema(database);
  }
  db::keep_setting(database, {.poll_every = config.poll.every});
}

void refresh_result_types(const db::Connection& database, const Config& config) {
  if (config.migrate) db::refresh_result_types(database);
}

db::Connection open_database(const Config& config) {
  db::Connection database(config.database.reveal());
  prepare_schema(database, config);
  refresh_result_types(database, config);
  return database;
}

db::Connection open_current_database(const Config& config) {
  db::Connection database(config.database.reveal());
  db::require_current_schema(database);
  return database;
}

}  // namespace tlsrpt::collector

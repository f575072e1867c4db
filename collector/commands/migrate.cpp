#include <fmt/format.h>

#include "collector/commands/command.hpp"
#include "collector/database.hpp"
#include "collector/output.hpp"
#include "db/migrator.hpp"

namespace tlsrpt::collector {

namespace {

std::string describe(const db::MigrationStatus& migration) {
  const auto state = !migration.applied_at        ? std::string("pending")
                     : migration.checksum_matches ? fmt::format("applied {}", *migration.applied_at)
                                                  : std::string("changed since it was applied");
  return fmt::format("{:04} {:<30} {}\n", migration.version, migration.name, state);
}

}  // namespace

ExitCode execute(const MigrateOptions& options, const Config& config) {
  const db::Connection database(config.database.reveal());
  Output output;
  if (options.status) {
    for (const auto& migration : db::migration_status(database)) output.write(describe(migration));
  } else {
    const auto applied = apply_migrations(database);
    db::refresh_result_types(database);
    for (const auto& name : applied) output.write(fmt::format("applied {}\n", name));
    if (applied.empty()) output.write("the schema is up to date\n");
  }
  if (options.grant_reader) {
    db::grant_reader(database, *options.grant_reader);
    output.write(fmt::format("granted read access to {}\n", *options.grant_reader));
  }
  output.finish();
  return ExitCode::kOk;
}

}  // namespace tlsrpt::collector

#include "db/prune.hpp"

#include <fmt/format.h>

#include "collector/commands/command.hpp"
#include "collector/output.hpp"
#include "db/migrator.hpp"

namespace tlsrpt::collector {

namespace {

db::Pruned prune(const db::Connection& database, const Config& config, bool dry_run) {
  try {
    db::require_current_schema(database);
  } catch (const db::Error& error) {
    if (dry_run && error.kind() == db::Error::Kind::kSchemaMissing) return {};  // counts as empty
    throw;
  }
  return db::prune(database, config.retention, dry_run);
}

}  // namespace

ExitCode execute(const PruneOptions& options, const Config& config) {
  const db::Connection database(config.database.reveal());
  const auto pruned = prune(database, config, options.dry_run);
  Output output;
  output.write(fmt::format("{}{} reports, {} quarantine entries\n", options.dry_run ? "would delete " : "deleted ",
                           pruned.reports, pruned.quarantine));
  output.finish();
  return ExitCode::kOk;
}

}  // namespace tlsrpt::collector

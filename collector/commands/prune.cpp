#include "db/prune.hpp"

#include <fmt/format.h>

#include "collector/commands/command.hpp"
#include "collector/database.hpp"
#include "collector/output.hpp"

namespace tlsrpt::collector {

ExitCode execute(const PruneOptions& options, const Config& config) {
  const auto database = open_database_for_reading(config);
  const auto pruned = db::prune(database, config.retention, options.dry_run);
  Output output;
  output.write(fmt::format("{}{} reports, {} quarantine entries\n", options.dry_run ? "would delete " : "deleted ",
                           pruned.reports, pruned.quarantine));
  output.finish();
  return ExitCode::kOk;
}

}  // namespace tlsrpt::collector

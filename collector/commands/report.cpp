#include "collector/commands/command.hpp"
#include "collector/database.hpp"
#include "collector/error.hpp"
#include "collector/output.hpp"
#include "collector/print/summary_json.hpp"
#include "collector/print/summary_text.hpp"
#include "collector/print/terminal.hpp"
#include "db/summarize.hpp"

namespace tlsrpt::collector {

namespace {

db::Period period_of(const ReportOptions& options) {
  return {.from = options.from, .to = options.to, .days = options.days};
}

}  // namespace

ExitCode execute(const ReportOptions& options, const Config& config) {
  if (options.format == ReportOptions::Format::kHtml) {
    throw UsageError("report --format html does not exist yet; text and json do");
  }
  const auto database = open_current_database(config);
  const auto summary = db::summarize(database, period_of(options), options.domain);
  Output output(options.output);
  const auto terminal = options.output ? Terminal{} : standard_output();
  output.write(options.format == ReportOptions::Format::kJson ? summary_json(summary)
                                                              : summary_text(summary, terminal));
  output.finish();
  return ExitCode::kOk;
}

}  // namespace tlsrpt::collector

#include "collector/commands/command.hpp"
#include "collector/database.hpp"
#include "collector/output.hpp"
#include "collector/print/html/summary.hpp"
#include "collector/print/summary_json.hpp"
#include "collector/print/summary_text.hpp"
#include "collector/print/terminal.hpp"
#include "db/summarize.hpp"

namespace tlsrpt::collector {

namespace {

db::Period period_of(const ReportOptions& options) {
  return {.from = options.from, .to = options.to, .days = options.days};
}

std::string printed(const db::Summary& summary, const ReportOptions& options) {
  switch (options.format) {
    case ReportOptions::Format::kJson:
      return summary_json(summary);
    case ReportOptions::Format::kHtml:
      return summary_html(summary);
    case ReportOptions::Format::kText:
      break;
  }
  return summary_text(summary, options.output ? Terminal{} : standard_output());
}

}  // namespace

ExitCode execute(const ReportOptions& options, const Config& config) {
  const auto database = open_current_database(config);
  const auto summary = db::summarize(database, period_of(options), options.domain);
  Output output(options.output);
  output.write(printed(summary, options));
  output.finish();
  return ExitCode::kOk;
}

}  // namespace tlsrpt::collector

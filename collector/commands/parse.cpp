#include "collector/commands/command.hpp"
#include "collector/ingest.hpp"
#include "collector/input/input.hpp"
#include "collector/log.hpp"
#include "collector/output.hpp"
#include "collector/print/printer.hpp"

namespace tlsrpt::collector {
namespace {

void print(const Input& input, const ReadMessage& read, Printer& printer, Output& output) {
  for (const auto& report : read.reports) {
    output.write(printer.report(source_of(input, report.attachment), report));
  }
  for (const auto& [attachment, rejection] : read.rejected) {
    const auto source = source_of(input, attachment);
    const auto line = printer.rejected(source, rejection);
    if (line.empty()) log::warning("{}: {}: {}", source, to_string(rejection.reason), rejection.detail);
    output.write(line);
  }
  if (read.reports.empty() && read.rejected.empty()) {
    output.write(printer.ignored(source_of(input), read.kind, read.ignored_because));
  }
}

}  // namespace

// A path that cannot be read outweighs an input that is bad.
ExitCode execute(const ParseOptions& options) {
  const mime::Limits mime_limits;
  const parser::Limits parser_limits;
  Ingester ingester(mime_limits, parser_limits);
  const auto printer = make_printer(options.format, output_width());
  Output output;
  bool bad = false;
  bool missing = false;
  output.write(printer->begin());
  for_each_input(
      options.paths, mime_limits, parser_limits,
      [&](const Input& input) {
        const auto read = read_input(ingester, input);
        bad = bad || !read.rejected.empty();
        print(input, read, *printer, output);
      },
      [&](const InputError& error) {
        missing = true;
        log::error("{}", error.what());
      });
  output.write(printer->end());
  output.finish();
  if (missing) return ExitCode::kNoInput;
  return bad ? ExitCode::kBadInput : ExitCode::kOk;
}

}  // namespace tlsrpt::collector

#include "collector/commands/command.hpp"
#include "collector/ingest.hpp"
#include "collector/input/input.hpp"
#include "collector/log.hpp"
#include "collector/output.hpp"
#include "collector/print/printer.hpp"
#include "collector/print/terminal.hpp"

namespace tlsrpt::collector {
namespace {

// A CSV has no room for them.
void warn_of_rejected(const Input& input, const ReadMessage& read) {
  for (const auto& [attachment, rejection] : read.rejected) {
    log::warning("{}: {}: {}", source_of(input, attachment), to_string(rejection.reason), rejection.detail);
  }
}

}  // namespace

// A path that cannot be read outweighs an input that is bad.
ExitCode execute(const ParseOptions& options) {
  const mime::Limits mime_limits;
  const parser::Limits parser_limits;
  Ingester ingester(mime_limits, parser_limits, parser::Raw::kDrop);
  Output output;
  const auto printer =
      make_printer(options.format, standard_output().width, [&output](std::string_view text) { output.write(text); });
  bool bad = false;
  bool missing = false;
  printer->begin();
  for_each_input(
      options.paths, mime_limits, parser_limits,
      [&](const Input& input) {
        const auto read = read_input(ingester, input);
        bad = bad || !read.rejected.empty();
        print_input(input, read, *printer);
        if (options.format == ParseOptions::Format::kCsv) warn_of_rejected(input, read);
      },
      [&](const InputError& error) {
        missing = true;
        log::error("{}", error.what());
      });
  printer->end();
  output.finish();
  if (missing) return ExitCode::kNoInput;
  return bad ? ExitCode::kBadInput : ExitCode::kOk;
}

}  // namespace tlsrpt::collector

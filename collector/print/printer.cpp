#include "collector/print/printer.hpp"

#include <utility>

#include "collector/print/csv.hpp"
#include "collector/print/html/printer.hpp"
#include "collector/print/json_lines.hpp"
#include "collector/print/text.hpp"

namespace tlsrpt::collector {

void print_input(const Input& input, const ReadMessage& read, Printer& printer) {
  if (read.reports.empty() && read.rejected.empty()) {
    printer.ignored(source_of(input), read.kind, read.ignored_because);
  }
  for (const auto& report : read.reports) printer.report(source_of(input, report.attachment), report);
  for (const auto& [attachment, rejection] : read.rejected) printer.rejected(source_of(input, attachment), rejection);
}

std::unique_ptr<Printer> make_printer(ParseOptions::Format format, std::size_t width, parser::Sink sink) {
  switch (format) {
    case ParseOptions::Format::kJson:
      return std::make_unique<JsonLinesPrinter>(std::move(sink));
    case ParseOptions::Format::kCsv:
      return std::make_unique<CsvPrinter>(std::move(sink));
    case ParseOptions::Format::kHtml:
      return std::make_unique<HtmlPrinter>(std::move(sink));
    case ParseOptions::Format::kText:
      break;
  }
  return std::make_unique<TextPrinter>(width, std::move(sink));
}

}  // namespace tlsrpt::collector

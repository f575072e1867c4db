#include "collector/print/printer.hpp"

#include <algorithm>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include "collector/print/csv.hpp"
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
    case ParseOptions::Format::kText:
      break;
  }
  return std::make_unique<TextPrinter>(width, std::move(sink));
}

std::size_t output_width() noexcept {
  constexpr std::size_t kNarrowest = 40;
  constexpr std::size_t kWithoutTerminal = 100;
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0) return kWithoutTerminal;
  return std::max<std::size_t>(window.ws_col, kNarrowest);
}

}  // namespace tlsrpt::collector

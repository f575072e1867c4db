#include "collector/print/html/printer.hpp"

#include <chrono>

#include "collector/print/html/summary.hpp"

namespace tlsrpt::collector {

void HtmlPrinter::report(const std::string& source, const ReadReport& report) {
  files_.add_report(source, report);
}

void HtmlPrinter::rejected(const std::string& source, const parser::Rejection& rejection) {
  files_.add_rejected(source, rejection);
}

void HtmlPrinter::ignored(const std::string& source, db::MessageKind kind, const std::string& because) {
  files_.add_ignored(source, kind, because);
}

void HtmlPrinter::end() {
  using namespace std::chrono;
  write(summary_html(files_.summary(floor<seconds>(system_clock::now()))));
}

}  // namespace tlsrpt::collector

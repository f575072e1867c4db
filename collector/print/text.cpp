#include "collector/print/text.hpp"

#include <utility>

#include <fmt/format.h>

#include "collector/escape.hpp"
#include "collector/print/report_text.hpp"
#include "collector/print/wrap.hpp"

namespace tlsrpt::collector {

void TextPrinter::report(const std::string& source, const ReadReport& read) {
  ++reports_;
  if (has_failures(read.parsed.report)) ++reports_with_failures_;
  leave_gap(Last::kReport);
  write_report_text(source, read, width_, sink());
}

void TextPrinter::rejected(const std::string& source, const parser::Rejection& rejection) {
  ++rejected_;
  line(source, "rejected", to_string(rejection.reason), rejection.detail);
}

void TextPrinter::ignored(const std::string& source, db::MessageKind kind, const std::string& because) {
  ++ignored_;
  line(source, "ignored", to_string(kind), because);
}

void TextPrinter::end() {
  if (reports_ + rejected_ + ignored_ < 2) return;
  leave_gap(Last::kReport);
  write(fmt::format("{} report{} ({} with failures), {} rejected, {} ignored\n", reports_, reports_ == 1 ? "" : "s",
                    reports_with_failures_, rejected_, ignored_));
}

void TextPrinter::line(const std::string& source, std::string_view status, std::string_view reason,
                       const std::string& detail) {
  const auto text = fmt::format("{}: {} ({}): {}", printable(source), status, reason, printable(detail));
  leave_gap(Last::kLine);
  write(wrap("", text, width_));
}

void TextPrinter::leave_gap(Last now) {
  const Last before = std::exchange(last_, now);
  if (before != Last::kNothing && (before == Last::kReport || now == Last::kReport)) write("\n");
}

}  // namespace tlsrpt::collector

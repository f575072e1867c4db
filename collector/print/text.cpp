#include "collector/print/text.hpp"

#include <utility>

#include <fmt/format.h>

#include "collector/escape.hpp"
#include "collector/print/report_text.hpp"
#include "collector/print/wrap.hpp"

namespace tlsrpt::collector {

std::string TextPrinter::report(const std::string& source, const ReadReport& read) {
  ++reports_;
  if (has_failures(read.parsed.report)) ++reports_with_failures_;
  return after_gap(Last::kReport, report_text(source, read, width_));
}

std::string TextPrinter::rejected(const std::string& source, const parser::Rejection& rejection) {
  ++rejected_;
  return line(source, "rejected", to_string(rejection.reason), rejection.detail);
}

std::string TextPrinter::ignored(const std::string& source, db::MessageKind kind, const std::string& because) {
  ++ignored_;
  return line(source, "ignored", to_string(kind), because);
}

std::string TextPrinter::end() {
  if (reports_ + rejected_ + ignored_ < 2) return {};
  return after_gap(Last::kReport, fmt::format("{} report{} ({} with failures), {} rejected, {} ignored\n", reports_,
                                              reports_ == 1 ? "" : "s", reports_with_failures_, rejected_, ignored_));
}

std::string TextPrinter::line(const std::string& source, std::string_view status, std::string_view reason,
                              const std::string& detail) {
  const auto text = fmt::format("{}: {} ({}): {}", printable(source), status, reason, printable(detail));
  return after_gap(Last::kLine, wrap("", text, width_));
}

std::string TextPrinter::after_gap(Last now, std::string entry) {
  const Last before = std::exchange(last_, now);
  const bool gap = before != Last::kNothing && (before == Last::kReport || now == Last::kReport);
  return gap ? "\n" + std::move(entry) : std::move(entry);
}

}  // namespace tlsrpt::collector

#pragma once

#include <cstddef>
#include <string>

#include "collector/ingest.hpp"
#include "parser/json.hpp"

namespace tlsrpt::collector {

// A report in words, lines ended: the text of TextPrinter. Strangers' text is escaped.
void write_report_text(const std::string& source, const ReadReport& read, std::size_t width, const parser::Sink& sink);

// Failed sessions, or details of failures that the summary does not count (json-53).
[[nodiscard]] bool has_failures(const parser::Report& report) noexcept;

}  // namespace tlsrpt::collector

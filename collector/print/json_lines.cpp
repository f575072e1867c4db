#include "collector/print/json_lines.hpp"

namespace tlsrpt::collector {

void JsonLinesPrinter::report(const std::string& source, const ReadReport& report) {
  begin_line(source, "report").key("report").value(report.parsed.report).key("deviations").begin_array();
  for (const auto& deviation : report.parsed.deviations) json_.value(deviation);
  json_.end_array();
  end_line();
}

void JsonLinesPrinter::rejected(const std::string& source, const parser::Rejection& rejection) {
  line_with_reason(source, "rejected", parser::to_string(rejection.reason), rejection.detail);
}

void JsonLinesPrinter::ignored(const std::string& source, db::MessageKind kind, const std::string& because) {
  line_with_reason(source, "ignored", db::to_string(kind), because);
}

parser::JsonWriter& JsonLinesPrinter::begin_line(const std::string& source, std::string_view status) {
  return json_.begin_object().key("source").value(source).key("status").value(status);
}

void JsonLinesPrinter::end_line() {
  json_.end_object();
  write(json_.take() + "\n");
}

void JsonLinesPrinter::line_with_reason(const std::string& source, std::string_view status, std::string_view reason,
                                        std::string_view detail) {
  begin_line(source, status).key("reason").value(reason).key("detail").value(detail);
  end_line();
}

}  // namespace tlsrpt::collector

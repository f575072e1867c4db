#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "collector/print/printer.hpp"
#include "parser/json.hpp"

namespace tlsrpt::collector {

// A JSON object a line:
//   {"source", "status": "report", "report", "deviations"}
//   {"source", "status": "rejected", "reason", "detail"}
//   {"source", "status": "ignored", "reason", "detail"}: the reason is the message's kind
class JsonLinesPrinter final : public Printer {
 public:
  explicit JsonLinesPrinter(parser::Sink sink) : Printer(std::move(sink)), json_(this->sink()) {}

  void report(const std::string& source, const ReadReport& report) override;
  void rejected(const std::string& source, const parser::Rejection& rejection) override;
  void ignored(const std::string& source, db::MessageKind kind, const std::string& because) override;

 private:
  parser::JsonWriter& begin_line(const std::string& source, std::string_view status);
  void end_line();
  void line_with_reason(const std::string& source, std::string_view status, std::string_view reason,
                        std::string_view detail);

  parser::JsonWriter json_;
};

}  // namespace tlsrpt::collector

#pragma once

#include <string>
#include <utility>

#include "collector/file_summary.hpp"
#include "collector/print/printer.hpp"

namespace tlsrpt::collector {

// The page of `report`, of the inputs alone; written at the end.
class HtmlPrinter final : public Printer {
 public:
  explicit HtmlPrinter(parser::Sink sink) : Printer(std::move(sink)) {}

  void report(const std::string& source, const ReadReport& report) override;
  void rejected(const std::string& source, const parser::Rejection& rejection) override;
  void ignored(const std::string& source, db::MessageKind kind, const std::string& because) override;
  void end() override;

 private:
  FileSummary files_;
};

}  // namespace tlsrpt::collector

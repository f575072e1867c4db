#pragma once

#include <string>

#include "collector/print/printer.hpp"

namespace tlsrpt::collector {

// RFC 4180: a header, then a record for each failure detail and for each policy without any (for a report without
// policies, one). A policy's totals stand in each of its records. Rejected and ignored inputs have none.
class CsvPrinter final : public Printer {
 public:
  using Printer::Printer;

  void begin() override;
  void report(const std::string& source, const ReadReport& report) override;
  void rejected(const std::string& source, const parser::Rejection& rejection) override;
  void ignored(const std::string& source, db::MessageKind kind, const std::string& because) override;
};

}  // namespace tlsrpt::collector

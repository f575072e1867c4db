#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/json_stream.hpp"
#include "parser/limits.hpp"
#include "parser/reader.hpp"
#include "parser/report_builder.hpp"
#include "parser/report_members.hpp"
#include "parser/source.hpp"

namespace tlsrpt::parser {

enum class ContainerKind { kObject, kArray };

// Follows JSON's events through the structure of RFC 8460 §4.4 and hands the values to the builder. A document is a
// report or an array of reports, each of which is taken or rejected by itself.
//
// What is a TLS report, be it broken, and what is some other JSON? An object is a report if it has "date-range" or
// "policies", and one more of a report's members ("organization-name", "contact-info", "report-id" or the other of the
// two). Everything else holds nothing of a report.
class ReportHandler {
 public:
  // Events return false to end the reading: see stopped().
  bool scalar(Scalar scalar);
  bool key(std::string_view name);
  bool begin(ContainerKind kind);
  bool end();

  ReportHandler(const Limits& limits, Allowance& allowance) noexcept
      : limits_(limits), allowance_(allowance), builder_(limits, path_, allowance) {}

  // Ready for a text. `keep_text`: a report's `raw` is made of its part of the text. `mended`: it comes from Mender.
  void start(JsonStream& stream, bool keep_text, bool mended);

  // A bound was hit, and noted as a finding: nothing after it can be read.
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }
  [[nodiscard]] bool inside_array() const noexcept { return inside_array_; }  // a document was an array
  [[nodiscard]] bool inside_report() const noexcept;                          // amid an object that is a report
  // The text ends in the middle, or is no JSON from here on.
  void abandon(Rejection rejection);
  // A finding for each report or element so far.
  [[nodiscard]] std::vector<Finding>& findings() noexcept { return findings_; }

 private:
  [[nodiscard]] bool skipping() const noexcept { return skipped_ > 0 || builder_.rejected(); }
  [[nodiscard]] Member member() const noexcept;
  bool stop(Reason reason, std::string detail);
  void finish_report();
  void no_report(std::string detail);
  void value_read() noexcept;

  const Limits& limits_;
  Allowance& allowance_;
  JsonPath path_;
  ReportBuilder builder_;
  JsonStream* stream_ = nullptr;
  bool keep_text_ = false;
  bool mended_ = false;
  std::string unmarked_;  // the string being read, without Mender's marks
  bool stopped_ = false;
  bool inside_array_ = false;
  std::size_t depth_ = 0;
  std::size_t skipped_ = 0;  // containers that we are in and do not look at
  std::vector<Finding> findings_;
};

}  // namespace tlsrpt::parser

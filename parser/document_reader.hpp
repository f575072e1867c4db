#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "parser/gzipper.hpp"
#include "parser/json_parser.hpp"
#include "parser/json_stream.hpp"
#include "parser/mender.hpp"
#include "parser/reader.hpp"
#include "parser/report_handler.hpp"
#include "parser/source.hpp"
#include "parser/text_source.hpp"

namespace tlsrpt::parser {

// A JSON text → the reports in it: one document, an array of them, or several documents one after the other.
class DocumentReader {
 public:
  DocumentReader(const Limits& limits, Allowance& allowance)
      : allowance_(allowance), parser_(limits.string, limits.json_depth), handler_(limits, allowance) {}

  // Never empty. Reads to the text's end, even behind an error, so that whatever check stands there is made. Throws
  // Refused. `keep_text`: each report's `raw` is made of its own part of the text.
  [[nodiscard]] std::vector<Finding> read(TextSource& text, bool keep_text);

  // What the last text was.
  [[nodiscard]] bool was_array() const noexcept { return handler_.inside_array(); }
  [[nodiscard]] bool was_one_document() const noexcept { return one_document_; }

 private:
  enum class Outcome { kDone, kMendable };

  Outcome read_documents(ByteSource& text, bool keep_text, bool mended);
  Outcome read_further_documents(JsonStream& stream, bool mended);
  void note_trailing_data(const std::string& rest);
  [[nodiscard]] bool found_report(std::size_t since);
  [[nodiscard]] bool saw_report();

  Allowance& allowance_;
  Mender mender_;
  Gzipper gzipper_;
  JsonParser parser_;
  ReportHandler handler_;
  bool one_document_ = false;
};

}  // namespace tlsrpt::parser

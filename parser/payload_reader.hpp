#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "parser/document_reader.hpp"
#include "parser/inflater.hpp"
#include "parser/limits.hpp"
#include "parser/reader.hpp"
#include "parser/source.hpp"
#include "parser/text_source.hpp"
#include "parser/zip_archive.hpp"

namespace tlsrpt::parser {

// A payload, packed however → the reports in it, digests excepted. See ReportReader.
class PayloadReader {
 public:
  PayloadReader(const Limits& limits, Raw raw);

  void start_message() noexcept;
  // Throws Refused.
  [[nodiscard]] std::vector<Finding> read(std::string_view payload);
  // The last payload had an array of reports in it.
  [[nodiscard]] bool saw_array() const noexcept { return saw_array_; }

 private:
  std::vector<Finding> read_unpacked();
  std::vector<Finding> read_gzip(std::string_view payload);
  std::vector<Finding> read_raw_deflate();
  std::vector<Finding> read_zip(std::string_view payload);
  std::vector<Finding> read_zip_entry(const ZipArchive& archive, std::size_t index);
  std::vector<Finding> read_compressed(ByteSource& source, Inflater::Wrapping wrapping, bool keep_text);
  std::vector<Finding> read_content(bool keep_text);
  std::vector<Finding> read_documents(bool keep_text);

  Limits limits_;
  Raw raw_;
  Budget decompressed_;  // bytes left to this message
  Allowance allowance_;
  MemorySource payload_;
  Inflater outer_;
  Inflater inner_;
  bool doubly_compressed_ = false;
  TextSource text_;
  DocumentReader documents_;
  bool saw_array_ = false;
};

}  // namespace tlsrpt::parser

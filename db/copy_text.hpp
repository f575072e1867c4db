#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "parser/report.hpp"

namespace tlsrpt::db {

// Rows as COPY takes them (PostgreSQL, COPY, "Text Format"): fields are put in the columns' order, each row ended with
// end_row(). Text is made storable on the way. The buffer is kept from row to row.
class CopyText {
 public:
  CopyText& integer(std::int64_t value);
  CopyText& integer(std::optional<std::int64_t> value);
  CopyText& text(std::string_view value);
  CopyText& text(const std::optional<std::string>& value);
  CopyText& time(parser::Time value);
  CopyText& time(std::optional<parser::Time> value);
  CopyText& bytes(std::string_view value);
  CopyText& array(std::span<const std::string> value);
  CopyText& now();  // the transaction's time
  CopyText& null();
  CopyText& fields(std::string_view rendered);  // one or more, as another CopyText has them
  void end_row();

  [[nodiscard]] std::string& lines() noexcept { return lines_; }  // so far, each with its LF

 private:
  std::string& begin_field();

  std::string lines_;
  bool at_row_begin_ = true;
};

}  // namespace tlsrpt::db

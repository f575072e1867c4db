#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <pqxx/transaction_base>

#include "parser/report.hpp"

namespace tlsrpt::db {

// `COPY table (columns) FROM STDIN`: fields are put in the columns' order, each row ended with end_row(). Text is made
// storable on the way. Buffers are reused from row to row: a stream costs no allocation per field.
class CopyStream {
 public:
  CopyStream(pqxx::transaction_base& transaction, const char* table, const char* columns);
  ~CopyStream();
  CopyStream(const CopyStream&) = delete;
  CopyStream& operator=(const CopyStream&) = delete;

  CopyStream& integer(std::int64_t value);
  CopyStream& integer(std::optional<std::int64_t> value);
  CopyStream& text(std::string_view value);
  CopyStream& text(const std::optional<std::string>& value);
  CopyStream& time(parser::Time value);
  CopyStream& time(std::optional<parser::Time> value);
  CopyStream& bytes(std::string_view value);
  CopyStream& array(std::span<const std::string> value);
  CopyStream& now();  // the transaction's time
  CopyStream& null();
  void end_row();

  // After the last row; throws what PostgreSQL says of them.
  void finish();

 private:
  struct Stream;
  enum class Form { kNull, kPlain, kBytes, kText };  // what of it may need escaping
  template <typename Append>
  CopyStream& field(Form form, Append append);

  std::unique_ptr<Stream> stream_;
};

}  // namespace tlsrpt::db

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <pqxx/transaction_base>

#include "db/copy_text.hpp"

namespace tlsrpt::db {

// `COPY table (columns) FROM STDIN`: rows are put field by field, in the columns' order, and sent many at once.
class CopyStream {
 public:
  CopyStream(pqxx::transaction_base& transaction, const char* table, const std::string& columns);
  ~CopyStream();
  CopyStream(const CopyStream&) = delete;
  CopyStream& operator=(const CopyStream&) = delete;

  // The row so far.
  [[nodiscard]] CopyText& row() noexcept { return text_; }
  // A field of bytes, however many: what is long is never there as a whole.
  CopyStream& bytes(std::string_view value);
  void end_row();

  // After the last row; throws what PostgreSQL says of them.
  void finish();

 private:
  void send();

  struct Transport;
  std::unique_ptr<Transport> transport_;
  CopyText text_;
};

}  // namespace tlsrpt::db

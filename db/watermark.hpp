#pragma once

#include <pqxx/transaction_base>

#include "db/store.hpp"

namespace tlsrpt::db {

// Moves the watermark from `from` to `to` and ends the count of unfinished runs. Throws Error, kOvertaken, where it is
// not `from` any more.
void move_watermark(pqxx::transaction_base& transaction, const Watermark& watermark);

}  // namespace tlsrpt::db

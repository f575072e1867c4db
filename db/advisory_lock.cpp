#include "db/advisory_lock.hpp"

#include <string>

#include "db/transaction.hpp"

namespace tlsrpt::db {
namespace {

// "tlsr". lock_pairs() of the schema has the next one.
constexpr int kProgram = 0x746c7372;

}  // namespace

bool take_lock(const Connection& connection, int object, std::chrono::milliseconds patience) {
  const bool is_free = in_statement(connection, [&](auto& transaction) {
    return transaction.exec_params1("SELECT pg_try_advisory_lock($1, $2)", kProgram, object)[0].template as<bool>();
  });
  if (is_free || patience.count() <= 0) return is_free;
  try {
    in_transaction(connection, [&](pqxx::work& transaction) {
      transaction.exec("SET LOCAL statement_timeout = 0");
      transaction.exec_params("SELECT set_config('lock_timeout', $1, true)", std::to_string(patience.count()));
      transaction.exec_params("SELECT pg_advisory_lock($1, $2)", kProgram, object);
    });
    return true;
  } catch (const LockTimeout&) {
    return false;
  }
}

void release_lock(const Connection& connection, int object) {
  in_statement(connection, [&](auto& transaction) {
    transaction.exec_params("SELECT pg_advisory_unlock($1, $2)", kProgram, object);
  });
}

}  // namespace tlsrpt::db

#pragma once

#include <type_traits>

#include <pqxx/nontransaction>
#include <pqxx/result>
#include <pqxx/transaction>

#include "db/connection_state.hpp"
#include "db/failure.hpp"

namespace tlsrpt::db {

// Runs `work(transaction)` in one transaction, committed when it returns. Every failure leaves as Error.
template <typename Work>
auto in_transaction(const Connection& connection, Work&& work) {
  try {
    pqxx::work transaction{connection.state().link};
    if constexpr (std::is_void_v<std::invoke_result_t<Work, pqxx::work&>>) {
      work(transaction);
      transaction.commit();
    } else {
      auto result = work(transaction);
      transaction.commit();
      return result;
    }
  } catch (...) {
    rethrow(connection);
  }
}

// Runs `work(transaction)` in one transaction that is rolled back.
template <typename Work>
void try_out(const Connection& connection, Work&& work) {
  try {
    pqxx::work transaction{connection.state().link};
    work(transaction);
  } catch (...) {
    rethrow(connection);
  }
}

// For a single statement, which is a transaction of its own: no BEGIN and COMMIT around it.
template <typename Work>
auto in_statement(const Connection& connection, Work&& work) {
  try {
    pqxx::nontransaction transaction{connection.state().link};
    return work(transaction);
  } catch (...) {
    rethrow(connection);
  }
}

}  // namespace tlsrpt::db

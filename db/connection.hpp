#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "db/error.hpp"

namespace tlsrpt::db {

// One connection to PostgreSQL. Never reactivates silently; carries statement_timeout, TCP keepalives,
// tcp_user_timeout, search_path and time zone UTC. Not thread-safe.
class Connection {
 public:
  // Any libpq connection string; PG* variables and ~/.pgpass work. Throws db::Error.
  explicit Connection(const std::string& url);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  [[nodiscard]] const std::string& where() const noexcept;  // "tlsrpt at localhost:5432", for messages; no secret

  struct State;  // db/connection_state.hpp, for the files of db/ alone
  [[nodiscard]] State& state() const noexcept { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace tlsrpt::db

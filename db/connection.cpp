#include "db/connection.hpp"

#include <fmt/format.h>

#include "db/connection_options.hpp"
#include "db/connection_state.hpp"
#include "db/failure.hpp"

namespace tlsrpt::db {
namespace {

std::string describe(pqxx::connection& link) {
  const char* host = link.hostname();
  return fmt::format("{} at {}:{}", link.dbname(), host == nullptr ? "local socket" : host, link.port());
}

// Without its session, a lock and a temporary table would be gone: libpqxx 6 must not connect again by itself. 7 never
// does.
void forbid_reactivation([[maybe_unused]] pqxx::connection& link) {
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  link.inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
}

}  // namespace

Connection::Connection(const std::string& url) {
  const std::string options = connection_options(url);
  try {
    state_ = std::make_unique<State>(options);
    forbid_reactivation(state_->link);
    state_->where = describe(state_->link);
  } catch (...) {
    rethrow_connecting();
  }
}

Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

const std::string& Connection::where() const noexcept {
  return state_->where;
}

}  // namespace tlsrpt::db

#include "db/setting.hpp"

#include "db/transaction.hpp"

namespace tlsrpt::db {
namespace {

constexpr const char* kKeep =
    "UPDATE setting SET poll_every = make_interval(secs => $1) WHERE poll_every <> make_interval(secs => $1)";

}  // namespace

void keep_setting(const Connection& connection, const Setting& setting) {
  in_statement(connection, [&](auto& transaction) { transaction.exec_params(kKeep, setting.poll_every.count()); });
}

}  // namespace tlsrpt::db

#pragma once

#include <string>

#include <pqxx/connection>

#include "db/connection.hpp"

namespace tlsrpt::db {

struct Connection::State {
  pqxx::connection link;
  std::string where;
  bool has_staging = false;  // report_upsert.cpp's temporary table was made

  explicit State(const std::string& options) : link{options} {}
};

}  // namespace tlsrpt::db

#pragma once

#include <chrono>

#include "db/connection.hpp"

namespace tlsrpt::db {

// What views need of the configuration.
struct Setting {
  std::chrono::seconds poll_every{std::chrono::minutes{15}};
};

// Brings the one row of `setting` up to date; writes nothing where it is.
void keep_setting(const Connection& connection, const Setting& setting);

}  // namespace tlsrpt::db

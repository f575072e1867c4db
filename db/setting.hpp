#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "db/connection.hpp"

namespace tlsrpt::db {

// What views need of the configuration.
struct Setting {
  std::chrono::seconds poll_every{std::chrono::minutes{15}};
  std::vector<std::string> mailboxes;  // the names of all; empty: unknown, as `import` needs no configuration
};

// Brings the one row of `setting` up to date, and retires the mailboxes that the configuration has no more; one that it
// has again is in use again. Writes nothing where all is so. Returns the names of those that it retired.
std::vector<std::string> keep_setting(const Connection& connection, const Setting& setting);

}  // namespace tlsrpt::db

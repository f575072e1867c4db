#pragma once

#include <string>
#include <vector>

#include "collector/config.hpp"
#include "db/connection.hpp"

namespace tlsrpt::collector {

// Applies what is pending; returns the names. Logs that it waits for another process that is at it.
std::vector<std::string> apply_migrations(const db::Connection& database);

// Applies what is pending, unless `database.migrate` is false: then a schema that is not current is an error. Copies
// into the database what its views need of the configuration.
void prepare_schema(const db::Connection& database, const Config& config);

// Brings the database's copy of what result types mean up to date, unless `database.migrate` is false: for whoever is
// about to write reports.
void refresh_result_types(const db::Connection& database, const Config& config);

// A connection with both done: for commands that take reports in.
[[nodiscard]] db::Connection open_database(const Config& config);

// A connection whose schema must be current already: for commands that work with what is there.
[[nodiscard]] db::Connection open_current_database(const Config& config);

}  // namespace tlsrpt::collector

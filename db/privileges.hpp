#pragma once

#include "db/connection.hpp"

// What a connection may do with schema `tlsrpt`, asked of the catalog.
namespace tlsrpt::db {

// For whoever found no tables: a schema that the role may not use is passed over by its search_path, as if there were
// none. Throws kMisconfigured where it is there.
void require_visible_schema(const Connection& connection);

// What a command that stores does about the schema before it does so.
enum class Migrating {
  kNever,    // `database.migrate` is false
  kNothing,  // all migrations are applied; refresh_result_types() writes nevertheless
  kPending,
};

// Throws kMisconfigured where a batch could not be written, or what `migrating` says not be done.
void require_writing(const Connection& connection, Migrating migrating);

}  // namespace tlsrpt::db

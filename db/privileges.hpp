#pragma once

#include "db/connection.hpp"

// What a connection may do with schema `tlsrpt`, asked of the catalog.
namespace tlsrpt::db {

// For whoever found no tables: a schema that the role may not use is passed over by its search_path, as if there were
// none. Throws kMisconfigured where it is there.
void require_visible_schema(const Connection& connection);

// Throws kMisconfigured where a batch could not be written, or, with `migrating`, no migration be applied.
void require_writing(const Connection& connection, bool migrating);

}  // namespace tlsrpt::db

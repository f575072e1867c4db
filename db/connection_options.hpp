#pragma once

#include <string>

namespace tlsrpt::db {

// The connection string that is really used: what `url` says, with this program's name, deadlines and session settings.
// Throws Error, kMisconfigured; the text never quotes `url`, which may hold a password.
[[nodiscard]] std::string connection_options(const std::string& url);

}  // namespace tlsrpt::db

#pragma once

#include <stdexcept>
#include <string>

namespace tlsrpt::db {

// Every failure of the database side. what() is one line: server, cause, and PostgreSQL's own words where it spoke.
class Error : public std::runtime_error {
 public:
  enum class Kind {
    kUnavailable,    // down, restarting, timeout, deadlock, connection lost (also with a commit in doubt): try later
    kMisconfigured,  // no such database, role or privilege, refused password, bad connection string
    kTls,            // no TLS where it is required, or a certificate that does not verify
    kNewer,          // the schema was made by a later program
    kSchemaMissing,  // no schema, or migrations are pending, and `migrate: false`
    kOvertaken,      // the watermark moved under us: somebody else reads this mailbox
    kRefusedData,    // SQLSTATE class 22, 23 or 54: these rows cannot be held
    kBug,            // anything else: our SQL is wrong
  };

  Error(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  [[nodiscard]] Kind kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

}  // namespace tlsrpt::db

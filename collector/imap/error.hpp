#pragma once

#include <stdexcept>
#include <string>

namespace tlsrpt::imap {

// Every failure of the IMAP side. what() is one line that names the host and the cause (the server's own words quoted
// and escaped); it never holds a secret.
class Error : public std::runtime_error {
 public:
  enum class Kind {
    kUnreachable,  // DNS, refused, connection lost, timeout, NO [UNAVAILABLE], BYE: try later
    kTls,          // certificate or TLS failure, or TLS not offered
    kProtocol,     // the server breaks the protocol
    kLoginRefused,
    kFolderMissing,
  };

  Error(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  [[nodiscard]] Kind kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

}  // namespace tlsrpt::imap

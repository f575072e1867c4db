#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "collector/imap/account.hpp"
#include "collector/imap/error.hpp"

namespace tlsrpt::imap {

// Makes errors of one account: one line that names the server and never holds the password, though the server (or a
// library) may echo it.
class ErrorText {
 public:
  ErrorText(std::string server_name, const Account& account);

  [[nodiscard]] Error error(Error::Kind kind, std::string_view cause) const;

  // A stranger's words: redacted, printable, cut, in quotation marks.
  [[nodiscard]] std::string quoted(std::string_view text) const;
  // The same without the marks, `most` bytes at most.
  [[nodiscard]] std::string safe(std::string_view text, std::size_t most = kMostQuoted) const;

 private:
  static constexpr std::size_t kMostQuoted = 300;

  std::string server_name_;
  std::vector<std::string> secrets_;  // the password in every form in which it is sent
};

}  // namespace tlsrpt::imap
